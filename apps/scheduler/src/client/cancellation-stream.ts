import type { JobRef } from '@sluice/core'
import type { CancellationStream } from '@sluice/worker'
import type { ApiClient } from './api-client.ts'
import { followEvents } from './event-stream.ts'
import { toQueueError } from './queue-error.ts'

/** Follows the cancellations that a server tells of, until closed or `ends` aborts; a `gap` comes whenever the connection is new. */
export function followCancellations(client: ApiClient, ends: AbortSignal): CancellationStream {
  const closing = new AbortController()
  const signal = AbortSignal.any([ends, closing.signal])
  return {
    close: () => closing.abort(),
    async *[Symbol.asyncIterator]() {
      try {
        for await (const { type, data } of followEvents(client, { path: '/v1/cancellations' }, { signal })) {
          if (type === 'cancelled') yield { kind: 'cancelled', ...(data as JobRef) }
          else if (type === 'live' || type === 'gap') yield { kind: 'gap' } as const
        }
      } catch (error) {
        throw toQueueError(error, client.server)
      }
    },
  }
}
