import { RUN_JOB_STATES, type RunJobCounts, type RunStatus, type RunSummary } from '@sluice/core'
import { LOOKS } from './job-look.ts'
import { type Span, span } from './line.ts'
import { formatCount } from './words.ts'

/** The status of a run in its colour. */
export function runStatusSpan(status: RunStatus): Span {
  return span(status, LOOKS[status].style)
}

/** How many jobs are in each state: `3 running, 2 succeeded`. */
export function countsText(counts: RunJobCounts): string {
  return RUN_JOB_STATES.filter((state) => counts[state] > 0)
    .map((state) => `${formatCount(counts[state])} ${state}`)
    .join(', ')
}

/** How many jobs a run has. */
export function countRunJobs({ counts }: RunSummary): number {
  return RUN_JOB_STATES.reduce((sum, state) => sum + counts[state], 0)
}
