import type { AnnouncedJob, JobEvent, RunStartedEvent } from '../src/run/run-event.ts'
import { RunModel } from '../src/run/run-model.ts'
import { widestId } from '../src/view/job-tree.ts'
import { type Line, noPaint, paintLine } from '../src/view/line.ts'

type Details = Partial<Omit<AnnouncedJob, 'id'>>

/** A job of one attempt that needs nothing, unless said otherwise. */
export function job(id: string, details: Details = {}): AnnouncedJob {
  return { id, name: id, needs: [], maxAttempts: 1, isTolerated: false, ...details }
}

/** A run of these jobs that starts at 0. */
export function started(...jobs: AnnouncedJob[]): RunStartedEvent {
  return { type: 'run.started', at: 0, runId: 'run-1', workflow: 'report', concurrency: 2, labels: [], jobs }
}

/** The state of a run after these events. */
export function modelAfter(start: RunStartedEvent, ...events: JobEvent[]): RunModel {
  const model = new RunModel(start)
  for (const event of events) model.apply(event)
  return model
}

export const queued = (jobId: string, at: number): JobEvent => ({ type: 'job.queued', at, jobId })

export const begun = (jobId: string, at: number, attempt = 0): JobEvent => ({ type: 'job.started', at, jobId, attempt })

export const printed = (jobId: string, at: number, text: string): JobEvent => {
  return { type: 'job.log', at, jobId, attempt: 0, stream: 'stdout', text }
}

export const succeeded = (jobId: string, at: number, durationMs: number, attempt = 0): JobEvent => {
  return { type: 'job.succeeded', at, jobId, attempt, durationMs }
}

export const failed = (
  jobId: string,
  at: number,
  durationMs: number,
  message = 'exit code 1',
  attempt = 0,
): JobEvent => {
  return { type: 'job.failed', at, jobId, attempt, durationMs, failure: { message } }
}

export const retrying = (jobId: string, at: number, retryAt: number, attempt = 0): JobEvent => {
  return { type: 'job.retrying', at, jobId, attempt, failure: { message: 'exit code 1' }, retryAt }
}

export const skipped = (jobId: string, at: number, because: string): JobEvent => {
  return { type: 'job.skipped', at, jobId, reason: { kind: 'dependency', because } }
}

/** A screen of 80 columns. */
export function screen(model: RunModel, rows: number, now: number) {
  return { columns: 80, rows, widestId: widestId(model), now }
}

/** Lines as text without colours, to compare with what a person would see. */
export function asText(lines: readonly Line[]): string {
  return lines.map((line) => paintLine(line, noPaint, 80).trimEnd()).join('\n')
}
