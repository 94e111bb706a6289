/** Something that keeps its own place in one heap, so that it can be moved and removed without a search. */
export interface HeapItem {
  /** -1 while it is in no heap. */
  heapIndex: number
}

/** A heap whose items can also be removed from its midst, and put right after their key has changed. */
export class BinaryHeap<Item extends HeapItem> {
  readonly #items: Item[] = []
  readonly #isBefore: (a: Item, b: Item) => boolean

  constructor(isBefore: (a: Item, b: Item) => boolean) {
    this.#isBefore = isBefore
  }

  get size(): number {
    return this.#items.length
  }

  /** The item before all others. */
  get top(): Item | undefined {
    return this.#items[0]
  }

  push(item: Item): void {
    this.#items.push(item)
    this.#rise(item, this.#items.length - 1)
  }

  /** Finds the place of an item whose key has changed. */
  update(item: Item): void {
    const index = item.heapIndex
    this.#rise(item, index)
    if (item.heapIndex === index) this.#sink(item, index)
  }

  /** Takes an item out, if it is in. */
  remove(item: Item): void {
    const index = item.heapIndex
    if (index < 0) return
    item.heapIndex = -1
    const last = this.#items.pop() as Item
    if (last === item) return
    last.heapIndex = index
    this.#items[index] = last
    this.update(last)
  }

  clear(): void {
    for (const item of this.#items) item.heapIndex = -1
    this.#items.length = 0
  }

  #rise(item: Item, from: number): void {
    const items = this.#items
    let index = from
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = items[parentIndex] as Item
      if (!this.#isBefore(item, parent)) break
      items[index] = parent
      parent.heapIndex = index
      index = parentIndex
    }
    items[index] = item
    item.heapIndex = index
  }

  #sink(item: Item, from: number): void {
    const items = this.#items
    let index = from
    for (let childIndex = 1; ; ) {
      childIndex = 2 * index + 1
      if (childIndex >= items.length) break
      let child = items[childIndex] as Item
      const sibling = items[childIndex + 1]
      if (sibling !== undefined && this.#isBefore(sibling, child)) {
        child = sibling
        childIndex++
      }
      if (!this.#isBefore(child, item)) break
      items[index] = child
      child.heapIndex = index
      index = childIndex
    }
    items[index] = item
    item.heapIndex = index
  }
}
