import type { Writable } from 'node:stream'

const ENDS = ['drain', 'close', 'error'] as const

/** Lets those who write to a stream wait for its reader. */
export class OutputRoom {
  readonly #output: Writable
  readonly #signal: AbortSignal
  #waiting: Promise<void> | undefined

  /** @param signal Ends every wait, because what is left to write then must not be held up. */
  constructor(output: Writable, signal: AbortSignal) {
    this.#output = output
    this.#signal = signal
  }

  /** Resolves when a slow reader has caught up, or the stream has ended; `undefined` where nobody need wait. */
  whenReady(): Promise<void> | undefined {
    if (!this.#output.writableNeedDrain || this.#signal.aborted) return undefined
    this.#waiting ??= this.#wait().finally(() => {
      this.#waiting = undefined
    })
    return this.#waiting
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        for (const event of ENDS) this.#output.off(event, end)
        this.#signal.removeEventListener('abort', end)
        resolve()
      }
      for (const event of ENDS) this.#output.on(event, end)
      this.#signal.addEventListener('abort', end)
    })
  }
}
