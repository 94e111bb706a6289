import type { OpenAPIHono } from '@hono/zod-openapi'
import { isFinalRunStatus, type Run, RunNotFoundError, ValidationError } from '@sluice/core'
import { queueWorkflowId, UnknownJobError, type Workflow } from '@sluice/dag'
import type { ApiContext } from '../api-context.ts'
import type { ApiEnv } from '../api-env.ts'
import { readRunJobLog, watchRun } from '../routes/run-routes.ts'
import type { AttemptedJob } from '../streams/job-endings.ts'
import { jobLogEvents, logEntry } from '../streams/job-log-events.ts'
import { respondWithEvents } from '../streams/respond-with-events.ts'
import { runEvents } from '../streams/run-events.ts'
import { readRun } from './run-handlers.ts'

/** Adds what follows runs and logs. */
export function addRunStreamHandlers(app: OpenAPIHono<ApiEnv>, context: ApiContext): void {
  const { enqueuer, endings, backend } = context
  const { workflows, logs } = backend

  app.openapi(watchRun, async (c) => {
    const { runId } = c.req.valid('param')
    const withJobs = c.req.valid('query').jobs !== 'false'
    const knownVersion = parseEventId(c.req.valid('header')['last-event-id'])
    const { status, version } = await readRun(workflows, runId)
    if (isFinalRunStatus(status) && version === knownVersion) return c.body(null, 204)
    return respondWithEvents(c, context, (signal) => runEvents(enqueuer, { runId, withJobs, knownVersion, signal }))
  })

  app.openapi(readRunJobLog, async (c) => {
    const { runId, jobId } = c.req.valid('param')
    const { from = 0, limit = 100, runAttempt } = c.req.valid('query')
    const job = await findJob(context, { runId, jobId, runAttempt })
    const ref = { workflowId: queueWorkflowId({ runId, attempt: job.runAttempt }), jobId }
    if (!c.req.header('accept')?.includes('text/event-stream')) {
      const { chunks, next } = await logs.read(ref, { from, limit })
      return c.json({ chunks: chunks.map(logEntry), next }, 200)
    }
    const last = parseEventId(c.req.valid('header')['last-event-id'])
    const start = last === undefined ? from : last + 1
    if (last !== undefined && (await endings.hasEnded(job))) {
      const { chunks } = await logs.read(ref, { from: start, limit: 1 })
      if (chunks.length === 0) return c.body(null, 204)
    }
    return respondWithEvents(c, context, (signal) => {
      const ended = new AbortController()
      void endings.waitFor(job, signal).then(() => ended.abort())
      return jobLogEvents({ logs, job: ref, from: start, ended: ended.signal, signal })
    })
  })
}

interface WantedJob {
  readonly runId: string
  readonly jobId: string
  readonly runAttempt: number | undefined
}

/** Finds a job of a run, and the attempt of the run that is meant: the job's latest where none is named. */
async function findJob({ backend }: ApiContext, { runId, jobId, runAttempt }: WantedJob): Promise<AttemptedJob> {
  const run = await readRun(backend.workflows, runId)
  const jobIds = jobIdsOf(run)
  if (!jobIds.includes(jobId)) throw new UnknownJobError(jobId, jobIds)
  if (runAttempt !== undefined && runAttempt > run.attempt)
    throw new ValidationError('runAttempt', `must be at most ${run.attempt}, the latest attempt of the run`)
  const attempt = runAttempt ?? (run.attempt === 1 ? 1 : await latestAttemptOf(backend.workflows, runId, jobId))
  return { runId, jobId, runAttempt: attempt }
}

async function latestAttemptOf(
  workflows: ApiContext['backend']['workflows'],
  runId: string,
  jobId: string,
): Promise<number> {
  const loaded = await workflows.loadRun(runId)
  const job = loaded?.jobs.find((job) => job.jobId === jobId)
  if (job === undefined) throw new RunNotFoundError(runId)
  return job.runAttempt
}

function jobIdsOf({ definition }: Run): readonly string[] {
  return (definition as unknown as Workflow).jobs.map(({ id }) => id)
}

function parseEventId(id: string | undefined): number | undefined {
  if (id === undefined) return undefined
  if (!/^\d{1,15}$/.test(id)) throw new ValidationError('Last-Event-ID', 'must be the id of an event of this stream')
  return Number(id)
}
