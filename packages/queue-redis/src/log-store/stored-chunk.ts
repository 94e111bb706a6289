import type { JobRef, LogStream, StoredLogChunk } from '@sluice/core'

/** Names a log; the length tells where the first id ends. */
export function logName({ workflowId, jobId }: JobRef): string {
  return `${workflowId.length}:${workflowId}:${jobId}`
}

/** Reads a chunk as `append-log.lua` writes it: `at attempt sequence stream text`, with a `!` after the stream of a truncated one. */
export function decodeChunk({ workflowId, jobId }: JobRef, position: number, stored: string): StoredLogChunk {
  const [, at, attempt, sequence, stream, mark, text] = /^(\d+) (\d+) (\d+) (\w+)(!?) (.*)$/s.exec(stored) ?? []
  return {
    workflowId,
    jobId,
    attempt: Number(attempt),
    sequence: Number(sequence),
    stream: stream as LogStream,
    position,
    at: Number(at),
    text: text as string,
    ...(mark ? { truncated: true } : {}),
  }
}
