import type { OpenAPIHono } from '@hono/zod-openapi'
import type { JobQueue } from '@sluice/core'
import type { ApiContext } from '../api-context.ts'
import type { ApiEnv } from '../api-env.ts'
import type { Caller } from '../auth/caller.ts'
import {
  appendLogs,
  claim,
  completeJob,
  deregisterWorker,
  endClaim,
  failJob,
  heartbeat,
  listWorkers,
  registerWorker,
  releaseJob,
  renewLease,
  watchCancellations,
} from '../routes/worker-routes.ts'
import { respondWithEvents } from '../streams/respond-with-events.ts'
import type { ServerSentEvent } from '../streams/server-sent-event.ts'
import { WaitingClaims } from '../waiting-claims.ts'

/** Adds all that workers use. */
export function addWorkerHandlers(app: OpenAPIHono<ApiEnv>, context: ApiContext): void {
  addRegistry(app, context)
  addClaims(app, context)
  addLeases(app, context)
}

function addRegistry(app: OpenAPIHono<ApiEnv>, context: ApiContext): void {
  const { workers, logs, queue } = context.backend
  app.openapi(listWorkers, async (c) => c.json({ workers: await workers.list() }, 200))
  app.openapi(registerWorker, async (c) => {
    await workers.register(c.req.valid('json'))
    return c.body(null, 204)
  })
  app.openapi(heartbeat, async (c) => {
    await workers.heartbeat(c.req.valid('param').workerId, c.req.valid('json').running)
    return c.body(null, 204)
  })
  app.openapi(deregisterWorker, async (c) => {
    await workers.deregister(c.req.valid('param').workerId)
    return c.body(null, 204)
  })
  app.openapi(appendLogs, async (c) => {
    await logs.append(c.req.valid('json').chunks)
    return c.body(null, 204)
  })
  app.openapi(watchCancellations, async (c) => respondWithEvents(c, context, (signal) => cancellations(queue, signal)))
}

function addClaims(app: OpenAPIHono<ApiEnv>, { backend: { queue }, limits, waitingClaims, signal }: ApiContext): void {
  const named = new WaitingClaims()
  const nameOf = ({ name }: Caller, claimId: string) => `${name}\0${claimId}`
  app.openapi(claim, async (c) => {
    const { waitMs: wantedMs = 0, limit = 1, claimId, ...worker } = c.req.valid('json')
    const caller = c.get('caller')
    const waitMs = Math.min(wantedMs, limits.maxClaimWaitMs)
    const gone = c.req.raw.signal
    const leave = waitMs === 0 ? () => {} : waitingClaims.enter(caller.name)
    const wait = (...ends: readonly AbortSignal[]) =>
      queue.claimMany({ ...worker, waitMs, limit, signal: AbortSignal.any([gone, signal, ...ends]) })
    try {
      const jobs = await (claimId === undefined ? wait() : named.during(nameOf(caller, claimId), wait))
      // The worker went away while the jobs were on their way: others need not wait for its leases to run out.
      if (gone.aborted) await Promise.allSettled(jobs.map(({ lease }) => queue.release(lease.leaseId)))
      return c.json({ jobs }, 200)
    } finally {
      leave()
    }
  })
  app.openapi(endClaim, (c) => {
    named.end(nameOf(c.get('caller'), c.req.valid('param').claimId))
    return c.body(null, 204)
  })
}

function addLeases(app: OpenAPIHono<ApiEnv>, { backend: { queue } }: ApiContext): void {
  app.openapi(renewLease, async (c) => {
    const { leaseId } = c.req.valid('param')
    return c.json(await queue.renewLease(leaseId, c.req.valid('json').extendByMs), 200)
  })
  app.openapi(completeJob, async (c) => {
    await queue.complete(c.req.valid('param').leaseId, c.req.valid('json').outputs ?? {})
    return c.body(null, 204)
  })
  app.openapi(failJob, async (c) => {
    const { failure, retryable } = c.req.valid('json')
    return c.json(await queue.fail(c.req.valid('param').leaseId, failure, { retryable }), 200)
  })
  app.openapi(releaseJob, async (c) => {
    await queue.release(c.req.valid('param').leaseId)
    return c.body(null, 204)
  })
}

async function* cancellations(queue: JobQueue, signal: AbortSignal): AsyncGenerator<readonly ServerSentEvent[]> {
  const subscription = await queue.subscribe({ kinds: ['cancelled'] })
  const close = () => subscription.close()
  signal.addEventListener('abort', close)
  if (signal.aborted) close()
  try {
    yield [{ event: 'live', data: {} }]
    for await (const event of subscription) {
      if (event.kind === 'gap') yield [{ event: 'gap', data: {} }]
      else yield [{ event: 'cancelled', data: { workflowId: event.workflowId, jobId: event.jobId } }]
    }
  } finally {
    signal.removeEventListener('abort', close)
    close()
  }
}
