import { formatDuration } from '../duration-format.ts'
import type { JobEvent, RunEvent } from '../run/run-event.ts'
import { countEnded, type RunModel } from '../run/run-model.ts'
import { RETRY_LOOK, stateSign } from './job-look.ts'
import { type Line, type Span, span } from './line.ts'
import { shownLogText } from './log-text.ts'
import { summaryLines } from './summary-lines.ts'
import { attemptText, countOf, failureText, formatCount, reasonText, untilText } from './words.ts'

/** Tells an event in plain lines; some events are not worth any. */
export function plainLines(event: RunEvent, model: RunModel): Line[] {
  switch (event.type) {
    case 'run.started': {
      const { jobs, concurrency } = event
      const slots = concurrency === undefined ? '' : `, ${concurrency} at once`
      const size = `  ${countOf(jobs.length, 'job')}${slots}`
      return [[span(event.workflow, 'bold'), span(size, 'dim')]]
    }
    case 'run.cancelling':
      return [[span(`cancelling the run after ${event.signal}`, 'yellow')]]
    case 'run.finished':
      return [[], ...summaryLines(event)]
    case 'job.queued':
      return []
    case 'job.log':
      return [[span(`${event.jobId} | `, 'dim'), span(shownLogText(event.text))]]
    default:
      return [jobEventLine(event, model)]
  }
}

/** Tells of something that went wrong and that the run survives. */
export function warningLine(message: string): Line {
  return [span(`warning: ${message}`, 'yellow')]
}

type ToldJobEvent = Exclude<JobEvent, { type: 'job.queued' | 'job.log' }>

function jobEventLine(event: ToldJobEvent, model: RunModel): Line {
  const { jobId } = event
  const maxAttempts = model.jobs.get(jobId)?.maxAttempts ?? 1
  switch (event.type) {
    case 'job.started': {
      const attempt = event.attempt > 0 ? `, ${attemptText(event.attempt, maxAttempts)}` : ''
      return [stateSign('running'), span(` ${jobId} started${attempt}`)]
    }
    case 'job.retrying': {
      const next = `, ${attemptText(event.attempt + 1, maxAttempts)} ${untilText(event.retryAt ?? event.at, event.at)}`
      return [span(RETRY_LOOK.sign, RETRY_LOOK.style), span(` ${jobId} failed: ${failureText(event.failure)}${next}`)]
    }
    case 'job.succeeded':
      return [stateSign('succeeded'), span(` ${jobId} succeeded in ${formatDuration(event.durationMs)}`), ended(model)]
    case 'job.failed': {
      const what = ` ${jobId} failed in ${formatDuration(event.durationMs)}: ${failureText(event.failure)}`
      return [stateSign('failed'), span(what), ended(model)]
    }
    case 'job.skipped':
    case 'job.cancelled': {
      const state = event.type === 'job.skipped' ? 'skipped' : 'cancelled'
      const why = reasonText(event.reason, (id) => model.jobs.get(id)?.state)
      return [stateSign(state), span(` ${jobId} ${state} ${why}`.trimEnd()), ended(model)]
    }
  }
}

function ended({ counts, jobs }: RunModel): Span {
  return span(`  ${formatCount(countEnded(counts))}/${formatCount(jobs.size)}`, 'dim')
}
