import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { OpenAPIHono, z } from '@hono/zod-openapi'
import { type Run, RunNotFoundError, type RunSummary, ValidationError, type WorkflowStore } from '@sluice/core'
import { formatExplanation, type Workflow } from '@sluice/dag'
import type { ApiContext } from '../api-context.ts'
import type { ApiEnv } from '../api-env.ts'
import { RequestError } from '../request-error.ts'
import {
  cancelRun,
  cancelRunJob,
  explainRunJob,
  getRun,
  getRunWorkflow,
  listRunJobs,
  listRuns,
  retryRun,
  startRun,
} from '../routes/run-routes.ts'
import type { workflowSchema } from '../schemas/workflow.ts'

/** Adds what starts, shows and changes runs. */
export function addRunHandlers(app: OpenAPIHono<ApiEnv>, context: ApiContext): void {
  addRunStart(app, context)
  addRunReaders(app, context)
  addRunChanges(app, context)
}

function addRunStart(app: OpenAPIHono<ApiEnv>, { enqueuer, workflowReader, backend: { workflows } }: ApiContext): void {
  app.openapi(startRun, async (c) => {
    const { runId: givenId, ...source } = c.req.valid('json')
    const key = c.req.valid('header')['idempotency-key']
    if (givenId !== undefined && key !== undefined)
      throw new ValidationError('runId', 'must not stand beside Idempotency-Key; send one of them')
    const workflow = await workflowReader.read(source, c.get('caller').name)
    const runId = key === undefined ? givenId : runIdOfKey(c.get('caller').name, key)
    if (runId === undefined) {
      const run = await enqueuer.startRun(workflow)
      return c.json(run, 201, { location: locationOf(c.req.path, run) })
    }
    assertPathPart(runId)
    const isKnown = (await workflows.getRun(runId)) !== null
    const run = await enqueuer.startRun(workflow, { runId })
    // Also where it was not known a moment ago: another request may have been quicker.
    assertSameWorkflow(await readRun(workflows, runId), workflow)
    return c.json(run, isKnown ? 200 : 201, { location: locationOf(c.req.path, run) })
  })
}

function addRunReaders(app: OpenAPIHono<ApiEnv>, { enqueuer, backend: { workflows } }: ApiContext): void {
  app.openapi(listRuns, async (c) => {
    const { status, ...page } = c.req.valid('query')
    return c.json(await workflows.listRuns(defined({ statuses: status, ...page })), 200)
  })
  app.openapi(getRun, async (c) => {
    const { definition, ...run } = await readRun(workflows, c.req.valid('param').runId)
    return c.json(run, 200)
  })
  app.openapi(getRunWorkflow, async (c) => {
    const { definition } = await readRun(workflows, c.req.valid('param').runId)
    return c.json(definition as z.infer<typeof workflowSchema>, 200)
  })
  app.openapi(listRunJobs, async (c) => {
    const { state, ...page } = c.req.valid('query')
    const { runId } = c.req.valid('param')
    return c.json(await workflows.listRunJobs(runId, defined({ states: state, ...page })), 200)
  })
  app.openapi(explainRunJob, async (c) => {
    const { runId, jobId } = c.req.valid('param')
    const explanation = await enqueuer.explain(runId, jobId)
    return c.json({ ...explanation, text: formatExplanation(explanation) }, 200)
  })
}

function addRunChanges(app: OpenAPIHono<ApiEnv>, { enqueuer }: ApiContext): void {
  app.openapi(cancelRun, async (c) => c.json(await enqueuer.cancelRun(c.req.valid('param').runId), 200))
  app.openapi(cancelRunJob, async (c) => {
    const { runId, jobId } = c.req.valid('param')
    return c.json(await enqueuer.cancelJob(runId, jobId), 200)
  })
  app.openapi(retryRun, async (c) => {
    const { runId } = c.req.valid('param')
    return c.json(await enqueuer.retryRun(runId, defined(c.req.valid('json'))), 200)
  })
}

/** Reads a run, or says that there is none. */
export async function readRun(workflows: WorkflowStore, runId: string): Promise<Run> {
  const run = await workflows.getRun(runId)
  if (run === null) throw new RunNotFoundError(runId)
  return run
}

/** Derives the id of a run from the key of a caller, so that another caller's keys are its own. */
function runIdOfKey(caller: string, key: string): string {
  return createHash('sha256').update(`${caller}\0${key}`).digest('base64url')
}

function assertSameWorkflow({ runId, definition }: Run, workflow: Workflow): void {
  if (isDeepStrictEqual(definition, JSON.parse(JSON.stringify(workflow)))) return
  const problem = `run "${runId}" was started with another workflow or other inputs`
  throw new RequestError('IDEMPOTENCY_CONFLICT', `${problem}, and stays as it is; use another id or key for this one`)
}

/** Refuses the ids that no path can carry, escaped or not. */
function assertPathPart(runId: string): void {
  if (runId === '.' || runId === '..') throw new ValidationError('runId', 'must not be "." or ".."')
}

/** Where a run is, below the path of all runs, wherever the app is mounted. */
function locationOf(path: string, { runId }: RunSummary): string {
  return `${path.replace(/\/$/, '')}/${encodeURIComponent(runId)}`
}

type Defined<Options> = { [Name in keyof Options]: Exclude<Options[Name], undefined> }

/** Leaves out what is not given. */
function defined<Options extends object>(options: Options): Partial<Defined<Options>> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Partial<Defined<Options>>
}
