import { Buffer } from 'node:buffer'
import { cutText, type LogChunk, type StoredLogChunk } from '@sluice/core'
import type { Linked } from './linked-list.ts'

/** The log of one job, bounded in size. */
export class StoredLog implements Linked<StoredLog> {
  readonly key: string
  readonly chunks: StoredLogChunk[] = []
  lastAt = 0
  previous: StoredLog | null = null
  next: StoredLog | null = null
  readonly #maxBytes: number
  #bytes = 0
  #isTruncated = false
  /** The sequences that are stored, by attempt. */
  readonly #stored = new Map<number, Set<number>>()

  constructor(key: string, maxBytes: number) {
    this.key = key
    this.#maxBytes = maxBytes
  }

  /** Adds a chunk, unless it is stored already or the log is full. Cuts the one that does not fit, and marks it. */
  append({ workflowId, jobId, attempt, sequence, stream, text }: LogChunk, at: number): void {
    if (this.#isTruncated || !this.#note(attempt, sequence)) return
    // A chunk without text counts too: without end, they would take memory without end.
    const bytes = Math.max(1, Buffer.byteLength(text))
    const leftBytes = this.#maxBytes - this.#bytes
    const chunk = { workflowId, jobId, attempt, sequence, stream, position: this.chunks.length, at }
    if (bytes <= leftBytes) this.chunks.push(Object.freeze({ ...chunk, text }))
    else {
      this.chunks.push(Object.freeze({ ...chunk, text: cutText(text, leftBytes), truncated: true as const }))
      this.#isTruncated = true
      this.#stored.clear()
    }
    this.#bytes += bytes
    this.lastAt = at
  }

  #note(attempt: number, sequence: number): boolean {
    let sequences = this.#stored.get(attempt)
    if (sequences === undefined) {
      sequences = new Set()
      this.#stored.set(attempt, sequences)
    }
    if (sequences.has(sequence)) return false
    sequences.add(sequence)
    return true
  }
}
