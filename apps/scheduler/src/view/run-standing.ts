import type { RunJob, RunJobState, RunSummary } from '@sluice/core'
import { formatDuration } from '../duration-format.ts'
import { stateSign } from './job-look.ts'
import { type Line, span } from './line.ts'
import { countsText, runStatusSpan } from './run-lines.ts'
import { failureText, formatCount, formatMoment, reasonText } from './words.ts'

const JOBS_SHOWN = 20

/** Tells of a run: its name, how it stands, since when, and how many of its jobs are in which state. */
export function runSummaryLines({ runId, name, status, attempt, counts, createdAt, finishedAt }: RunSummary): Line[] {
  const took = finishedAt === undefined ? '' : `, took ${formatDuration(finishedAt - createdAt)}`
  const retries = attempt > 1 ? `, attempt ${attempt}` : ''
  return [
    [stateSign(status), span(' '), span(name, 'bold'), span(' '), runStatusSpan(status), span(`  ${runId}`, 'dim')],
    [span(`  started ${formatMoment(createdAt)}${took}${retries}`, 'dim')],
    [span(`  ${countsText(counts)}`)],
  ]
}

/** Tells of the jobs that run or did not succeed, the first of each state. */
export function runSections(jobs: readonly RunJob[], now: number): Line[] {
  const groups = Map.groupBy(jobs, ({ state }) => state)
  return TITLES.flatMap(([state, title]) => {
    const group = groups.get(state) ?? []
    if (group.length === 0) return []
    const hidden = group.length - JOBS_SHOWN
    const more = hidden > 0 ? [[span(`  … and ${formatCount(hidden)} more; --all lists them`, 'dim')]] : []
    const shown = group.slice(0, JOBS_SHOWN).map((job) => [span('  '), ...runJobLine(job, now)])
    return [[], [span(title, 'bold')], ...shown, ...more]
  })
}

const TITLES: readonly (readonly [RunJobState, string])[] = [
  ['running', 'Running'],
  ['failed', 'Failed'],
  ['skipped', 'Skipped'],
  ['cancelled', 'Cancelled'],
]

/** Tells of one job in a line. */
export function runJobLine(job: RunJob, now: number): Line {
  return [stateSign(job.state), span(` ${job.jobId}`), span(noteOf(job, now), job.state === 'failed' ? 'red' : 'dim')]
}

function noteOf({ state, attempt, startedAt, finishedAt, workerId, failure, reason }: RunJob, now: number): string {
  const took = startedAt === undefined ? '' : `  ${formatDuration((finishedAt ?? now) - startedAt)}`
  switch (state) {
    case 'running':
      return `${took}${workerId === undefined ? '' : ` on ${workerId}`}${attempt ? `, attempt ${attempt + 1}` : ''}`
    case 'succeeded':
      return took
    case 'failed':
      return `${took}${failure ? `  ${failureText(failure)}` : ''}`
    case 'skipped':
    case 'cancelled':
      return `  ${reasonText(reason, () => undefined)}`.trimEnd()
    case 'queued':
      return attempt ? `  attempt ${attempt + 1}` : ''
    case 'blocked':
      return ''
  }
}
