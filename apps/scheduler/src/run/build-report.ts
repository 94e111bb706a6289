import type { RunSummary } from '@sluice/core'
import { criticalPath, type Workflow } from '@sluice/dag'
import type { JobView, RunModel } from './run-model.ts'
import type { FailedJob, RetriedJob, RunReport, RunTiming, StoppedJob } from './run-report.ts'

/** Sums up a run that has ended. */
export function buildReport(workflow: Workflow, model: RunModel, run: RunSummary): RunReport {
  const jobs = [...model.jobs.values()]
  return {
    runId: run.runId,
    workflow: run.name,
    status: run.status,
    ...(model.cancelledBy ? { interruptedBy: model.cancelledBy } : {}),
    counts: run.counts,
    failed: model.failed.map(failedJob),
    skipped: jobs.filter(({ state }) => state === 'skipped').map(stoppedJob),
    cancelled: jobs.filter(({ state }) => state === 'cancelled').map(stoppedJob),
    retried: jobs.filter(({ attempt }) => attempt > 0).map(retriedJob),
    timing: timingOf(workflow, model, run),
  }
}

function failedJob({ id, attempt, startedAt, finishedAt, failures, isTolerated, lines }: JobView): FailedJob {
  return {
    jobId: id,
    attempts: attempt + 1,
    ...(startedAt === undefined || finishedAt === undefined ? {} : { durationMs: finishedAt - startedAt }),
    failure: failures.at(-1) ?? { message: '' },
    isTolerated,
    lastLogLines: lines,
  }
}

function stoppedJob({ id, reason }: JobView): StoppedJob {
  return { jobId: id, ...(reason ? { reason } : {}) }
}

function retriedJob({ id, attempt, state, failures }: JobView): RetriedJob {
  return { jobId: id, attempts: attempt + 1, succeeded: state === 'succeeded', failures }
}

function timingOf(workflow: Workflow, model: RunModel, { createdAt, finishedAt }: RunSummary): RunTiming {
  const { concurrency } = model.start
  let workMs = 0
  for (const { busyMs } of model.jobs.values()) workMs += busyMs
  const path = criticalPath(workflow, ({ id }) => spanMs(model.jobs.get(id)))
  return {
    makespanMs: (finishedAt ?? createdAt) - createdAt,
    workMs,
    ...(concurrency === undefined ? {} : { concurrency }),
    criticalPath: { durationMs: path.lengthMs, jobs: path.jobs.filter((id) => spanMs(model.jobs.get(id)) > 0) },
    lowerBoundMs: Math.max(path.lengthMs, workMs / (concurrency ?? Number.POSITIVE_INFINITY)),
  }
}

/** From the first start to the end. */
function spanMs(job: JobView | undefined): number {
  if (job?.firstStartedAt === undefined || job.finishedAt === undefined) return 0
  return job.finishedAt - job.firstStartedAt
}
