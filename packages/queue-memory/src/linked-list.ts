/** Something that keeps its own neighbours in one list, so that it can be taken out without a search. */
export interface Linked<Item> {
  previous: Item | null
  next: Item | null
}

/** A list that adds at either end and removes anywhere at a constant cost, without an allocation. */
export class LinkedList<Item extends Linked<Item>> {
  #first: Item | null = null
  #last: Item | null = null
  #size = 0

  get first(): Item | null {
    return this.#first
  }

  get size(): number {
    return this.#size
  }

  /** Adds an item at the back. */
  push(item: Item): void {
    item.previous = this.#last
    if (this.#last) this.#last.next = item
    else this.#first = item
    this.#last = item
    this.#size++
  }

  /** Adds an item at the front. */
  unshift(item: Item): void {
    item.next = this.#first
    if (this.#first) this.#first.previous = item
    else this.#last = item
    this.#first = item
    this.#size++
  }

  /** Takes out an item that is in this list. */
  remove(item: Item): void {
    const { previous, next } = item
    if (previous) previous.next = next
    else this.#first = next
    if (next) next.previous = previous
    else this.#last = previous
    item.previous = null
    item.next = null
    this.#size--
  }
}
