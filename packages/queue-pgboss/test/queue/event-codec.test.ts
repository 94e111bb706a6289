import type { FailedEvent } from '@sluice/core'
import { describe, expect, it } from 'vitest'
import { decodeEvents, encodeFailed, encodeLeaseExpired, encodeReady } from '../../src/queue/event-codec.ts'

const SUBJECT = { workflowId: 'run', jobId: 'build', attempt: 1, at: 1000 }

/** As it is after its way through the database. */
function received(encoded: string) {
  return decodeEvents(`[${encoded}]`)[0]
}

describe('events on their way through the database', () => {
  it('come back as they were', () => {
    const ready = { kind: 'ready', ...SUBJECT, availableAt: 1500 } as const
    expect(received(encodeReady(ready, 3))).toEqual({ event: ready, labelSet: 3 })
    const failed = {
      kind: 'failed',
      ...SUBJECT,
      failure: { message: 'ü', exitCode: 1 },
      willRetry: true,
      retryAt: 5,
    } as const
    expect(received(encodeFailed(failed))).toEqual({ event: failed })
    const expired = { kind: 'leaseExpired', ...SUBJECT, workerId: 'w1', willRetry: false } as const
    expect(received(encodeLeaseExpired(expired))).toEqual({ event: expired })
  })

  it.each([
    ['plain', 'x'.repeat(16_384)],
    ['escaped', '\u0001'.repeat(16_384)],
    ['of many bytes', '\u{1f680}'.repeat(4096)],
  ])('fit into a notification with a long failure, %s', (_, message) => {
    const id = '\u4e00'.repeat(255)
    const event: FailedEvent = {
      kind: 'failed',
      ...SUBJECT,
      workflowId: id,
      jobId: id,
      failure: { message },
      willRetry: false,
    }
    const encoded = encodeFailed(event)
    expect(Buffer.byteLength(encoded)).toBeLessThan(7900)
    expect(received(encoded)?.event).toMatchObject({ kind: 'failed', failure: { truncated: true } })
  })

  it('are a gap where a newer version sent what this one does not know', () => {
    expect(decodeEvents('[["paused","run","build",0,1]]')).toEqual([{ event: { kind: 'gap' } }])
  })
})
