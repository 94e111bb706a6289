import { LIMITS, parseId, ValidationError } from '@sluice/core'

/** An attempt of a run. */
export interface RunAttempt {
  readonly runId: string
  /** Counts from 1. */
  readonly attempt: number
}

/** What the longest suffix of an attempt takes: `~` and nine digits. */
const SUFFIX_LENGTH = 10

/**
 * Names an attempt of a run in the queue: the run's id, and from the second attempt on `~2` and so on.
 *
 * Each attempt needs a workflow of its own, because the queue takes a job once, and never again what was cancelled.
 */
export function queueWorkflowId({ runId, attempt }: RunAttempt): string {
  return attempt === 1 ? runId : `${runId}~${attempt}`
}

/** Tells which attempt of a run a workflow of the queue is. */
export function parseQueueWorkflowId(workflowId: string): RunAttempt {
  const tilde = workflowId.lastIndexOf('~')
  const digits = tilde < 1 ? '' : workflowId.slice(tilde + 1)
  if (!/^[1-9]\d{0,8}$/.test(digits)) return { runId: workflowId, attempt: 1 }
  return { runId: workflowId.slice(0, tilde), attempt: Number(digits) }
}

/**
 * Checks the id of a run to be started.
 *
 * @throws {ValidationError} where it is no id, too long for the suffix of a retry, or ends like one.
 */
export function parseRunId(runId: unknown): string {
  const id = parseId(runId, 'runId')
  const longest = LIMITS.idLength - SUFFIX_LENGTH
  if (id.length > longest)
    throw new ValidationError('runId', `must have at most ${longest} characters, not ${id.length}`)
  if (/~\d+$/.test(id))
    throw new ValidationError('runId', 'must not end in "~" and digits, which name the retries of a run')
  return id
}
