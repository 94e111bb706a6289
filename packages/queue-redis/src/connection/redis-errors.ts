import { BackendUnavailableError, CapacityExceededError, QueueError } from '@sluice/core'

/** What a server answers that cannot serve now and may soon: nothing was done, so the call can be repeated. */
const TRANSIENT = /(^|: -)(READONLY|LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS|BUSY) /

/** Redis 6 wraps the error of a command in that of the script that ran it. */
const OUT_OF_MEMORY = /(^|: -)OOM /

/** Tells whether a call may succeed when it is repeated: the server refused it for a reason that passes, or did not reply. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error) || QueueError.is(error)) return false
  return error.name !== 'ReplyError' || TRANSIENT.test(error.message)
}

/** Turns whatever ioredis rejects with into an error of the contract, with the original as its cause. */
export function translateError(error: unknown): QueueError {
  if (QueueError.is(error)) return error
  // ioredis adds the command: the whole script, and what the caller wanted to store.
  if (error instanceof Error && 'command' in error) delete error.command
  if (error instanceof Error && OUT_OF_MEMORY.test(error.message)) {
    return new CapacityExceededError('Redis has reached its maxmemory; raise it, or purge what is finished', {
      cause: error,
    })
  }
  return unavailable(error)
}

/** The error of a call that Redis did not serve, which tells why. */
export function unavailable(cause: unknown): BackendUnavailableError {
  const reason = reasonOf(cause)
  return new BackendUnavailableError(reason ? `Redis (${reason})` : 'Redis', { cause })
}

/** Where a name has several addresses, and none answers, Node gives a code and no message. */
function reasonOf(cause: unknown): string | undefined {
  const { message, code } = cause as { readonly message?: string; readonly code?: string }
  return message || code
}
