import { ValidationError } from './errors.ts'
import type { JobRef } from './job.ts'
import { copyJson } from './json.ts'
import { parseOneOf } from './list-filter.ts'
import type { LogChunk, LogStream } from './log-store.ts'
import { parseId, parseInteger, parseJobRef } from './validation.ts'

/** Every stream of a log. */
export const LOG_STREAMS = ['stdout', 'stderr', 'system'] as const satisfies readonly LogStream[]

/**
 * Checks the chunks of an `append`, and returns them as they are.
 *
 * @throws {ValidationError} naming the field at fault.
 */
export function parseLogChunks(chunks: readonly LogChunk[]): readonly LogChunk[] {
  if (!Array.isArray(chunks)) throw new ValidationError('chunks', 'must be an array of chunks')
  for (const [index, chunk] of chunks.entries()) checkChunk(chunk, `chunks[${index}]`)
  return chunks
}

/**
 * Checks the name of a job whose log is read.
 *
 * @throws {ValidationError}
 */
export function parseLogRef(job: JobRef): JobRef {
  if (typeof job !== 'object' || job === null) throw new ValidationError('job', 'must be an object')
  return parseJobRef(job.workflowId, job.jobId)
}

/**
 * Checks the first position to be read; 0 where none is given.
 *
 * @throws {ValidationError}
 */
export function parseLogPosition(from: number | undefined): number {
  return from === undefined ? 0 : parseInteger(from, 'from', 0, Number.MAX_SAFE_INTEGER)
}

function checkChunk(chunk: LogChunk, field: string): void {
  if (typeof chunk !== 'object' || chunk === null) throw new ValidationError(field, 'must be an object')
  parseId(chunk.workflowId, `${field}.workflowId`)
  parseId(chunk.jobId, `${field}.jobId`)
  parseInteger(chunk.attempt, `${field}.attempt`, 0, Number.MAX_SAFE_INTEGER)
  parseInteger(chunk.sequence, `${field}.sequence`, 0, Number.MAX_SAFE_INTEGER)
  parseOneOf(chunk.stream, `${field}.stream`, LOG_STREAMS)
  if (typeof chunk.text !== 'string') throw new ValidationError(`${field}.text`, 'must be a string')
  copyJson(chunk.text, `${field}.text`)
}
