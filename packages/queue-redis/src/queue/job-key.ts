import type { JobRef } from '@sluice/core'

/**
 * Names a job in BullMQ, as in `run-7.build`.
 *
 * BullMQ takes no colon in an id, and no number; a dot parts the two ids, and is escaped within them.
 */
export function encodeJobKey({ workflowId, jobId }: JobRef): string {
  return `${encodeId(workflowId)}.${encodeId(jobId)}`
}

/** Turns the name of a job in BullMQ back into its ids. */
export function decodeJobKey(key: string): JobRef {
  const dot = key.indexOf('.')
  return { workflowId: decodeURIComponent(key.slice(0, dot)), jobId: decodeURIComponent(key.slice(dot + 1)) }
}

/** Escapes an id, so that it can be a part of a key. */
export function encodeId(id: string): string {
  return /^[\w-]*$/.test(id) ? id : encodeURIComponent(id).replaceAll('.', '%2E')
}
