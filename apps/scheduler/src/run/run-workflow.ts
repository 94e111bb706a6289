import { type Backend, LIMITS, type RunSummary } from '@sluice/core'
import { DependencyEnqueuer, type Workflow } from '@sluice/dag'
import { createWorker, type Handlers, type ShellOptions, type Worker } from '@sluice/worker'
import { announcedJob } from './announced-job.ts'
import { buildReport } from './build-report.ts'
import type { RunEvent } from './run-event.ts'
import { RunModel } from './run-model.ts'
import type { RunReport } from './run-report.ts'
import { RunTracker } from './run-tracker.ts'

/** What to run, where and how. */
export interface RunWorkflowOptions {
  readonly workflow: Workflow
  /** Not closed by the run. */
  readonly backend: Backend
  /** Jobs that run at once, at the most. */
  readonly concurrency: number
  /** What the worker offers. */
  readonly labels: readonly string[]
  /** How to run a job: its command as a shell script, or as the name of a handler. */
  readonly work: { readonly shell: ShellOptions } | { readonly handlers: Handlers }
  /** Cancels the run when it aborts; its reason is the name of the signal. */
  readonly cancel: AbortSignal
  /** Takes each event, with all that is known after it. */
  onEvent(event: RunEvent, model: RunModel): void
  /** Says when more events can be taken; what jobs print waits for it. */
  whenReady?(): Promise<void> | undefined
  /** Something went wrong that the run survives. */
  onWarning(message: string): void
}

/** Runs a workflow to its end, with a worker in this process; resolves when nothing of it runs any more. */
export async function runWorkflow(options: RunWorkflowOptions): Promise<RunReport> {
  const { backend, workflow, onWarning } = options
  const enqueuer = new DependencyEnqueuer({ backend, onError: (error) => onWarning(messageOf(error)) })
  try {
    await enqueuer.start()
    return await follow(enqueuer, await enqueuer.startRun(workflow), options)
  } finally {
    await enqueuer.close()
  }
}

/** Works on a run that has just been started until it has ended. */
async function follow(
  enqueuer: DependencyEnqueuer,
  { runId, name, createdAt }: RunSummary,
  options: RunWorkflowOptions,
): Promise<RunReport> {
  const { workflow, concurrency, labels, cancel, onWarning } = options
  const jobs = workflow.jobs.map(announcedJob)
  const start = { type: 'run.started', at: createdAt, runId, workflow: name, concurrency, labels, jobs } as const
  const model = new RunModel(start)
  const emit = (event: RunEvent) => {
    model.apply(event)
    options.onEvent(event, model)
  }
  emit(start)
  const tracker = new RunTracker(emit)
  const worker = startWorker(options, tracker)
  const onCancel = () => {
    emit({ type: 'run.cancelling', at: Date.now(), signal: cancel.reason })
    enqueuer.cancelRun(runId).catch((error) => onWarning(`the run cannot be cancelled: ${messageOf(error)}`))
  }
  cancel.addEventListener('abort', onCancel, { once: true })
  if (cancel.aborted) onCancel()
  try {
    const ended = await untilEnded(enqueuer, runId, tracker)
    // A cancelled run has ended before its last processes have.
    await worker.stop({ deadlineMs: Number.POSITIVE_INFINITY })
    const report = buildReport(workflow, model, ended)
    emit({ type: 'run.finished', at: ended.finishedAt ?? Date.now(), ...report })
    return report
  } finally {
    cancel.removeEventListener('abort', onCancel)
    await worker.stop({ deadlineMs: 0 })
  }
}

async function untilEnded(enqueuer: DependencyEnqueuer, runId: string, tracker: RunTracker): Promise<RunSummary> {
  let last: RunSummary | undefined
  for await (const { jobs, run } of enqueuer.watchRun(runId)) {
    tracker.stateChanged(jobs)
    last = run
  }
  if (last === undefined) throw new Error(`the run ${runId} cannot be watched`)
  return last
}

function startWorker(
  { backend, concurrency, labels, work, onWarning, whenReady }: RunWorkflowOptions,
  tracker: RunTracker,
): Worker {
  const worker = createWorker({
    backend,
    concurrency,
    labels,
    ...work,
    // Nobody else could take over from this worker, and a process that was suspended must not lose what it runs.
    ...(backend.queue.capabilities.multiProcess ? {} : { leaseTtlMs: LIMITS.leaseTtlMs }),
    hooks: {
      onJobStart: ({ lease }) => tracker.attemptStarted(lease.jobId, lease.attempt),
      onLog({ lease }, { stream, text }) {
        tracker.printed(lease.jobId, lease.attempt, stream, text)
        return whenReady?.()
      },
      onJobEnd({ lease: { jobId, attempt } }, outcome) {
        tracker.attemptEnded(jobId, attempt)
        if (outcome.status === 'failed' && outcome.willRetry) {
          tracker.attemptFailed(jobId, attempt, outcome.failure, outcome.retryAt)
        }
      },
      onError: (error) => onWarning(error.message),
    },
  })
  worker.start()
  return worker
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
