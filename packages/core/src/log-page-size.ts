import type { StoredLogChunk } from './log-store.ts'

/** Characters of text in a page; a single chunk may have more. */
const PAGE_CHARACTERS = 64 * 1024

const MAX_CHUNKS = 100

/**
 * Sizes the pages in which a log is read, so that a reader holds about 64 Ki characters at a time, whatever the size of the chunks.
 *
 * Stores count chunks. Ask for `limit` of them, keep what `fit` returns, and read on after that.
 */
export class LogPageSize {
  #limit = 4

  /** How many chunks to ask for. Grows while pages are full, and shrinks to what fits. */
  get limit(): number {
    return this.#limit
  }

  /** Returns as many of the chunks as a page may have, at least one of them, and learns from them. */
  fit(chunks: readonly StoredLogChunk[]): readonly StoredLogChunk[] {
    let count = 0
    for (let characters = 0; count < chunks.length; count++) {
      characters += chunks[count]?.text.length ?? 0
      if (count > 0 && characters > PAGE_CHARACTERS) break
    }
    if (count < chunks.length) this.#limit = count
    else if (count === this.#limit) this.#limit = Math.min(this.#limit * 2, MAX_CHUNKS)
    return count < chunks.length ? chunks.slice(0, count) : chunks
  }
}
