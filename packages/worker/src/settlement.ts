import { QueueError } from '@sluice/core'
import type { KeptLease } from './lease-keeper.ts'
import { OutageBackoff } from './outage-backoff.ts'
import { pause } from './timer.ts'

/**
 * Repeats a settling call while the store does not answer and the lease lasts.
 *
 * The call may have taken effect although its reply was lost; repeating it is safe [LSE-4].
 *
 * @throws {QueueError} the last rejection of the call.
 */
export async function settle<Result>(
  call: () => Promise<Result>,
  kept: KeptLease,
  givenUp: AbortSignal,
): Promise<Result> {
  let backoff: OutageBackoff | undefined
  for (;;) {
    try {
      return await call()
    } catch (error) {
      const remainingMs = kept.endsAt - performance.now()
      if (!QueueError.is(error, 'BACKEND_UNAVAILABLE') || remainingMs <= 0 || givenUp.aborted) throw error
      backoff ??= new OutageBackoff(20, 1000)
      await pause(Math.min(backoff.nextDelayMs(), remainingMs), givenUp)
    }
  }
}
