import { BackendUnavailableError, CapacityExceededError, QueueError } from '@sluice/core'

/** What PostgreSQL itself has to say about a statement. */
export interface ServerError extends Error {
  /** The five characters of its SQLSTATE. */
  readonly code: string
  readonly severity: string
}

/** States in which the server is not there for us, though it answered. */
const OUTAGE_STATES: ReadonlySet<string> = new Set([
  '25006', // read_only_sql_transaction: a standby, for as long as a failover lasts
  '53200', // out_of_memory
  '53300', // too_many_connections
  '55P03', // lock_not_available
  '57014', // query_canceled
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
])

const DISK_FULL = '53100'
const RETRYABLE_STATES: ReadonlySet<string> = new Set(['40P01', '40001'])

/** Tells whether PostgreSQL refused a statement, with the given SQLSTATE or any. */
export function isServerError(error: unknown, state?: string): error is ServerError {
  const isServers = error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string'
  return isServers && (state === undefined || error.code === state)
}

/** Tells whether a transaction fell to others that ran at the same time, and may well succeed when it is repeated. */
export function isRetryable(error: unknown): boolean {
  return isServerError(error) && RETRYABLE_STATES.has(error.code)
}

/** Makes outages and a full disk errors of the contract; leaves every other error as it is. */
export function translateOutage(error: unknown, store: string): unknown {
  if (!isServerError(error)) return error
  if (error.code === DISK_FULL) return new CapacityExceededError(`the disk of ${store}`, { cause: error })
  const isOutage = error.code.startsWith('08') || OUTAGE_STATES.has(error.code)
  return isOutage ? new BackendUnavailableError(store, { cause: error }) : error
}

/** Makes every error of the server an error of the contract, for the edge at which callers see it. */
export function translateError(error: unknown, store: string): unknown {
  if (QueueError.is(error) || !isServerError(error)) return error
  return new BackendUnavailableError(store, { cause: error })
}
