import { isFinalRunJobState } from '@sluice/core'
import { formatDuration } from '../duration-format.ts'
import type { JobView, RunModel } from '../run/run-model.ts'
import { jobSign } from './job-look.ts'
import { type Line, padText, type Span, span } from './line.ts'
import { shownLogText } from './log-text.ts'
import { attemptText, countOf, failureText, listSome, reasonText, untilText } from './words.ts'

const DURATION_COLUMNS = 8
const NEEDS_SHOWN = 3
/** Of a job with more, each frame would look at all of them. */
const NEEDS_CHECKED = 1000

/** How the lines of jobs are laid out. */
export interface JobLineLayout {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Columns of the id, the tree to its left included. */
  readonly idColumns: number
}

/** Draws a job: its sign, id, duration, and the one thing that is worth knowing of it now. */
export function jobLine(model: RunModel, job: JobView, branch: string, { now, idColumns }: JobLineLayout): Line {
  const isWaiting = job.state === 'blocked' || job.state === 'queued'
  return [
    span(branch, 'dim'),
    jobSign(job, now),
    span(' '),
    span(padText(job.id, idColumns - branch.length), isWaiting ? 'dim' : undefined),
    span(durationOf(job, now).padStart(DURATION_COLUMNS), 'dim'),
    span('  '),
    ...noteOf(model, job, now),
  ]
}

function durationOf(job: JobView, now: number): string {
  if (job.startedAt === undefined || job.state === 'queued') return ''
  return formatDuration((job.finishedAt ?? now) - job.startedAt)
}

function noteOf(model: RunModel, job: JobView, now: number): Span[] {
  switch (job.state) {
    case 'blocked':
      return [span(needsText(model, job), 'dim')]
    case 'queued':
      return job.retryAt === undefined ? [span('waits for a free worker', 'dim')] : retryNote(job, job.retryAt, now)
    case 'running': {
      const attempt = job.attempt > 0 ? attemptText(job.attempt, job.maxAttempts) : ''
      const line = shownLogText(job.lines.at(-1) ?? '')
      return joined([span(attempt, 'yellow'), span(line, 'dim')])
    }
    case 'failed': {
      const failure = job.failures.at(-1)
      return [span(failure ? failureText(failure) : '', 'red')]
    }
    case 'succeeded':
      return [span(job.attempt > 0 ? attemptText(job.attempt, job.maxAttempts) : '', 'dim')]
    case 'skipped':
    case 'cancelled': {
      const why = reasonText(job.reason, (id) => model.jobs.get(id)?.state)
      return [span(`${job.state} ${why}`, 'dim')]
    }
  }
}

function retryNote(job: JobView, retryAt: number, now: number): Span[] {
  const failure = job.failures.at(-1)
  const attempt = `${attemptText(job.attempt + 1, job.maxAttempts)} ${untilText(retryAt, now)}`
  return joined([span(attempt, 'yellow'), span(failure ? failureText(failure) : '', 'dim')])
}

function needsText(model: RunModel, { needs }: JobView): string {
  if (needs.length > NEEDS_CHECKED) return `needs ${countOf(needs.length, 'job')}`
  const unmet = needs.filter((id) => !isFinalRunJobState(model.jobs.get(id)?.state ?? 'succeeded'))
  return unmet.length > NEEDS_SHOWN
    ? `needs ${countOf(unmet.length, 'more job')}`
    : `needs ${listSome(unmet, NEEDS_SHOWN)}`
}

function joined(parts: readonly Span[]): Span[] {
  const shown = parts.filter(({ text }) => text !== '')
  return shown.flatMap((part, index) => (index === 0 ? [part] : [span(' · ', 'dim'), part]))
}
