import type { LogChunk, StoredLogChunk } from '../log-store.ts'

export const BUILD = { workflowId: 'run', jobId: 'build' }

export function chunk(sequence: number, fields: Partial<LogChunk> = {}): LogChunk {
  return { ...BUILD, attempt: 0, sequence, stream: 'stdout', text: `line ${sequence}\n`, ...fields }
}

/** Chunks with the sequences `from` to `to`, both included. */
export function chunks(from: number, to: number, fields: Partial<LogChunk> = {}): LogChunk[] {
  return Array.from({ length: to - from + 1 }, (_, index) => chunk(from + index, fields))
}

export function sequencesOf(stored: readonly StoredLogChunk[]): number[] {
  return stored.map(({ sequence }) => sequence)
}

export function positionsOf(stored: readonly StoredLogChunk[]): number[] {
  return stored.map(({ position }) => position)
}

/** The integers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
