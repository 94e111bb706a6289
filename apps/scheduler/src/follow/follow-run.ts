import { isFinalRunJobState, isFinalRunStatus, type RunJob, type RunSummary } from '@sluice/core'
import type { ServiceClient } from '../client/service-client.ts'
import { announcedJob } from '../run/announced-job.ts'
import { buildReport } from '../run/build-report.ts'
import type { RunEvent } from '../run/run-event.ts'
import { RunModel } from '../run/run-model.ts'
import type { RunReport } from '../run/run-report.ts'
import { RunTracker } from '../run/run-tracker.ts'
import { LogFollowers } from './log-followers.ts'

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
  const logs = new LogFollowers({
    client,
    runId,
    signal,
    onPiece(jobId, { attempt, stream, text }) {
      tracker.printed(jobId, attempt, stream, text)
      return whenReady()
    },
    onEnded: (job) => tracker.stateChanged([job]),
    onError: (jobId, error) => onWarning(`the log of job "${jobId}" cannot be read: ${error.message}`),
  })
  const ended = await watch(options, tracker, logs)
  await logs.whenIdle()
  if (ended === undefined || signal.aborted) return undefined
  const report = buildReport(workflow, model, ended)
  emit({ type: 'run.finished', at: ended.finishedAt ?? createdAt, ...report })
  return report
}

async function watch(
  { client, run, signal, onWarning }: FollowRunOptions,
  tracker: RunTracker,
  logs: LogFollowers,
): Promise<RunSummary | undefined> {
  const onInterrupted = (error: Error) => onWarning(`${error.message}; trying again`)
  let last: RunSummary | undefined
  for await (const message of client.watchRun(run.runId, { signal, onInterrupted })) {
    if (message.type === 'run') {
      last = message.run
      continue
    }
    for (const job of message.jobs) {
      tracker.stateChanged(isFinalRunJobState(job.state) ? startOf(job) : [job])
      logs.update(job)
    }
  }
  return last && isFinalRunStatus(last.status) ? last : undefined
}

/** What to tell of a job that has ended before its log is read: the end itself comes after all that it printed. */
function startOf(job: RunJob): readonly RunJob[] {
  return job.attempt === undefined ? [] : [{ ...job, state: 'running' }]
}
