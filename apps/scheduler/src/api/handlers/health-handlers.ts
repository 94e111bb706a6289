import { type Backend, BackendUnavailableError } from '@sluice/core'
import type { Hono } from 'hono'
import type { ApiContext } from '../api-context.ts'
import type { ApiEnv } from '../api-env.ts'
import { problemOf } from '../problem-document.ts'

/** How long the store may take to answer before the server is not ready, in milliseconds. */
const READY_WITHIN_MS = 3000

/** Adds what load balancers and supervisors ask; anybody may. */
export function addHealthHandlers(app: Hono<ApiEnv>, { backend, signal }: ApiContext): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', async (c) => {
    if (signal.aborted) return c.json({ status: 'unavailable', detail: 'the server is stopping' }, 503)
    try {
      await askStore(backend)
      return c.json({ status: 'ok' })
    } catch (error) {
      // Not the message: the store's own may tell more than strangers should know.
      return c.json({ status: 'unavailable', detail: problemOf(error).body.title }, 503)
    }
  })
}

async function askStore({ name, workflows }: Backend): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BackendUnavailableError(name)), READY_WITHIN_MS)
  })
  try {
    await Promise.race([workflows.listRuns({ limit: 1 }), late])
  } finally {
    clearTimeout(timer)
  }
}
