import { randomUUID } from 'node:crypto'
import { type ApiClient, pathPart } from './api-client.ts'
import { RefusedRequestError } from './request-error.ts'

/**
 * Asks a server whether it takes this client for a worker, so that a wrong token is told at once. A server that cannot be reached may
 * come later.
 *
 * @throws {RefusedRequestError} where the server refuses the token.
 */
export async function checkWorkerToken(client: ApiClient): Promise<void> {
  // Taking a worker off that was never there does nothing, and needs the role.
  const path = `/v1/workers/${pathPart(randomUUID())}`
  try {
    await client.request({ method: 'DELETE', path })
  } catch (error) {
    if (error instanceof RefusedRequestError && (error.problem.status === 401 || error.problem.status === 403))
      throw error
  }
}
