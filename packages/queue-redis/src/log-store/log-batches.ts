import { cutText, type JobRef, type LogChunk } from '@sluice/core'
import { logName } from './stored-chunk.ts'

/** Chunks of one job, as the script takes them. */
export interface LogBatches {
  readonly name: string
  /** Each holds attempt, sequence, stream and text of some chunks. */
  readonly batches: string[][]
}

const BATCH_CHUNKS = 500
const BATCH_LENGTH = 512 * 1024
const FIELDS = 4

/** Sorts chunks by their jobs, and splits those of each into what one script takes without keeping Redis from other work for long. */
export function batchChunks(chunks: readonly LogChunk[], maxBytes: number): readonly LogBatches[] {
  const logs = new Map<string, LogBatches>()
  const lengths = new Map<string, number>()
  for (const { workflowId, jobId, attempt, sequence, stream, text } of chunks) {
    const name = logName({ workflowId, jobId } satisfies JobRef)
    const log = logs.get(name) ?? { name, batches: [] }
    logs.set(name, log)
    const batch = log.batches.at(-1)
    const length = (lengths.get(name) ?? 0) + text.length
    // What cannot be stored need not be sent; a little too much tells that there was more.
    const fields = [digits(attempt), digits(sequence), stream, cutText(text, maxBytes + 4)]
    if (batch === undefined || batch.length === BATCH_CHUNKS * FIELDS || length > BATCH_LENGTH) {
      log.batches.push(fields)
      lengths.set(name, text.length)
    } else {
      batch.push(...fields)
      lengths.set(name, length)
    }
  }
  return [...logs.values()]
}

function digits(number: number): string {
  return String(number).padStart(16, '0')
}
