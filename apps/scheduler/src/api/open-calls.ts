import { RequestError, type RequestErrorCode } from './request-error.ts'

/** Counts what is open at once, in all and by caller, and refuses what is too much; one caller gets half of it. */
export class OpenCalls {
  readonly #limit: number
  readonly #code: RequestErrorCode
  readonly #what: string
  readonly #byCaller = new Map<string, number>()
  #open = 0

  /** @param what Names the calls in messages, as in `streams`. */
  constructor(limit: number, code: RequestErrorCode, what: string) {
    this.#limit = limit
    this.#code = code
    this.#what = what
  }

  get open(): number {
    return this.#open
  }

  /**
   * Counts a call, until what this returns is called; calling that again does nothing.
   *
   * @throws {RequestError}
   */
  enter(caller: string): () => void {
    const own = this.#byCaller.get(caller) ?? 0
    const perCaller = Math.ceil(this.#limit / 2)
    if (this.#open >= this.#limit) this.#refuse(`the server has ${this.#limit} open ${this.#what}, which is its limit`)
    if (own >= perCaller) this.#refuse(`the token "${caller}" has ${perCaller} open ${this.#what}, which is its limit`)
    this.#open++
    this.#byCaller.set(caller, own + 1)
    let isOpen = true
    return () => {
      if (isOpen) this.#leave(caller)
      isOpen = false
    }
  }

  #leave(caller: string): void {
    this.#open--
    const left = (this.#byCaller.get(caller) as number) - 1
    if (left === 0) this.#byCaller.delete(caller)
    else this.#byCaller.set(caller, left)
  }

  #refuse(problem: string): never {
    throw new RequestError(this.#code, `${problem}; close some of them, or try again later`, { retryAfterSeconds: 5 })
  }
}
