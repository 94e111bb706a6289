import { isFinalRunJobState, isFinalRunStatus, type RunJob, type RunSummary } from '@sluice/core'
import type { LogPiece, ServiceClient } from '../client/service-client.ts'
import { announcedJob } from '../run/announced-job.ts'
import { buildReport } from '../run/build-report.ts'
import type { RunEvent } from '../run/run-event.ts'
import { RunModel } from '../run/run-model.ts'
import type { RunReport } from '../run/run-report.ts'
import { RunTracker } from '../run/run-tracker.ts'
import { LogReaders } from './log-readers.ts'

/** What to follow, and who is told. */
export interface FollowRunOptions {
  readonly client: ServiceClient
  readonly run: RunSummary
  /** Ends the following; the run goes on. */
  readonly signal: AbortSignal
  onEvent(event: RunEvent, model: RunModel): void
  /** Says when more events can be taken; what jobs printed waits for it. */
  whenReady(): Promise<void> | undefined
  onWarning(message: string): void
}

/** Tells what happens in a run of a server until it has ended, as if it were run here; `undefined` where the signal came first. */
export async function followRun(options: FollowRunOptions): Promise<RunReport | undefined> {
  const { client, signal, onWarning, whenReady } = options
  const { runId, name, createdAt } = options.run
  const workflow = await client.getWorkflow(runId)
  const jobs = workflow.jobs.map(announcedJob)
  const start = { type: 'run.started', at: createdAt, runId, workflow: name, labels: [], jobs } as const
  const model = new RunModel(start)
  const emit = (event: RunEvent) => {
    model.apply(event)
    options.onEvent(event, model)
  }
  emit(start)
  const tracker = new RunTracker(emit)
  const onPiece = (jobId: string, { attempt, stream, text }: LogPiece) => {
    tracker.printed(jobId, attempt, stream, text)
    return whenReady()
  }
  const ended = await watch(options, tracker, new LogReaders({ client, runId, signal, onPiece, onWarning }))
  if (ended === undefined || signal.aborted) return undefined
  const report = buildReport(workflow, model, ended)
  emit({ type: 'run.finished', at: ended.finishedAt ?? createdAt, ...report })
  return report
}

async function watch(
  { client, run, signal, onWarning }: FollowRunOptions,
  tracker: RunTracker,
  logs: LogReaders,
): Promise<RunSummary | undefined> {
  const onInterrupted = ({ message }: Error) => onWarning(`${message}; trying again`)
  let last: RunSummary | undefined
  for await (const message of client.watchRun(run.runId, { signal, onInterrupted })) {
    if (message.type === 'run') last = message.run
    else await tellJobs(message.jobs, tracker, logs)
  }
  return last && isFinalRunStatus(last.status) ? last : undefined
}

/** Tells of jobs in the order in which they changed, and the end of each after all that it printed. */
async function tellJobs(jobs: readonly RunJob[], tracker: RunTracker, logs: LogReaders): Promise<void> {
  const ended = jobs.filter(({ state, attempt }) => isFinalRunJobState(state) && attempt !== undefined)
  for (const job of ended) {
    tracker.stateChanged([{ ...job, state: 'running' }])
    void logs.read(job.jobId, true)
  }
  for (const job of jobs) {
    const { jobId, state, attempt } = job
    // A job that was never claimed has printed nothing.
    if (isFinalRunJobState(state) && attempt !== undefined) await logs.read(jobId, true)
    tracker.stateChanged([job])
    if (state === 'running') void logs.read(jobId, false)
  }
}
