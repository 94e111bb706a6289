import type { LogChunk, LogStore } from '@sluice/core'
import { MemoryLogStore } from '@sluice/queue-memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RedisLogStore } from '../../src/log-store/redis-log-store.ts'
import { testNamespace } from '../redis-server.ts'

describe('RedisLogStore', { timeout: 60_000 }, () => {
  it('stores what the store in memory stores, whatever is appended in which order', async () => {
    const { options, dispose } = await testNamespace()
    const logs = await RedisLogStore.open({ ...options, maxLogBytesPerJob: 60 })
    let workflows = 0
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(chunkOf(), { maxLength: 8 }), { maxLength: 12 }), async (calls) => {
        const memory = new MemoryLogStore({ maxLogBytesPerJob: 60 })
        const workflowId = `run-${workflows++}`
        for (const chunks of calls) {
          const named = chunks.map((chunk) => ({ ...chunk, workflowId }))
          await Promise.all([logs.append(named), memory.append(named)])
        }
        for (const jobId of ['a', 'b'])
          expect(await withoutTimes(logs, workflowId, jobId)).toEqual(await withoutTimes(memory, workflowId, jobId))
      }),
      { numRuns: 200 },
    )
    await logs.close()
    await dispose()
  })
})

/** Sequences close to each other, and at both ends of what there is. */
function chunkOf(): fc.Arbitrary<LogChunk> {
  const { MAX_SAFE_INTEGER } = Number
  return fc.record({
    workflowId: fc.constant(''),
    jobId: fc.constantFrom('a', 'b'),
    attempt: fc.constantFrom(0, 1, 10, MAX_SAFE_INTEGER),
    sequence: fc.oneof(
      fc.nat(9),
      fc.nat(9).map((below) => MAX_SAFE_INTEGER - below),
    ),
    stream: fc.constantFrom('stdout', 'stderr', 'system'),
    text: fc.string({ unit: fc.constantFrom('x', ' ', '\n', 'ü', '\u{1f680}'), maxLength: 3 }),
  })
}

async function withoutTimes(logs: LogStore, workflowId: string, jobId: string) {
  const { chunks } = await logs.read({ workflowId, jobId })
  return chunks.map(({ at, ...chunk }) => chunk)
}
