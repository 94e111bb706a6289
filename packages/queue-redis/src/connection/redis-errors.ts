import { BackendUnavailableError, CapacityExceededError, QueueError } from '@sluice/core'

/** What a server answers that cannot serve now and may soon: nothing was done, so the call can be repeated. */
const TRANSIENT = /(^|: -)(READONLY|LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS|BUSY) /

/** Redis 6 wraps the error of a command in that of the script that ran it. */
const OUT_OF_MEMORY = /(^|: -)OOM /

/** Tells whether a server refused a command, without effect, for a reason that passes. */
export function isTransient(error: unknown): boolean {
  return error instanceof Error && TRANSIENT.test(error.message)
}

/** Turns whatever ioredis rejects with into an error of the contract, with the original as its cause. */
export function translateError(error: unknown): QueueError {
  if (QueueError.is(error)) return error
  if (error instanceof Error && OUT_OF_MEMORY.test(error.message)) {
    return new CapacityExceededError('Redis has reached its maxmemory; raise it, or purge what is finished', {
      cause: error,
    })
  }
  return unavailable(error)
}

/** The error of a call that Redis did not serve. */
export function unavailable(cause: unknown): BackendUnavailableError {
  return new BackendUnavailableError('Redis', { cause })
}
