import type { JobFailure, RunJobReason, RunJobState } from '@sluice/core'
import { formatDuration } from '../duration-format.ts'

const counting = new Intl.NumberFormat('en-US')
const listing = new Intl.ListFormat('en-US', { type: 'conjunction' })

/** Writes a number with separators: `1,204`. */
export function formatCount(count: number): string {
  return counting.format(count)
}

/** Writes a number of things: `1 job`, `2 jobs`. */
export function countOf(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`
}

/** Names the first few of a list and counts the rest: `a, b, and 3 more`. */
export function listSome(items: readonly string[], most: number): string {
  if (items.length <= most) return listing.format(items)
  return listing.format([...items.slice(0, most), `${formatCount(items.length - most)} more`])
}

/**
 * Says in a few words why a job did not run to its end.
 *
 * @param endOf Tells how the job that is the cause ended.
 */
export function reasonText(
  reason: RunJobReason | undefined,
  endOf: (jobId: string) => RunJobState | undefined,
): string {
  switch (reason?.kind) {
    case 'dependency':
    case 'failFast':
      return `because ${reason.because} ${endText(endOf(reason.because))}`
    case 'condition':
      return 'because nothing that it needs failed'
    case 'runCancelled':
      return 'with the run'
    case undefined:
      return ''
  }
}

function endText(state: RunJobState | undefined): string {
  if (state === 'cancelled' || state === 'skipped') return `was ${state}`
  return 'failed'
}

/** The first line of what a failure says. */
export function failureText({ message }: JobFailure): string {
  return message.split('\n', 1)[0] ?? ''
}

/** Says which attempt this is, where there may be more than one. Attempts count from 0. */
export function attemptText(attempt: number, maxAttempts: number): string {
  return maxAttempts > 1 ? `attempt ${attempt + 1} of ${maxAttempts}` : ''
}

/** Says when something comes. */
export function untilText(at: number, now: number): string {
  return at - now < 50 ? 'now' : `in ${formatDuration(at - now)}`
}

/** Writes a moment, in UTC and to the second: `2026-01-31 09:05:00Z`. */
export function formatMoment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`
}
