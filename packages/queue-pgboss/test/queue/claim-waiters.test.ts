import { type ClaimedJob, parseClaim } from '@sluice/core'
import { describe, expect, it } from 'vitest'
import { type ClaimSupply, ClaimWaiters } from '../../src/queue/claim-waiters.ts'
import type { ClaimRequest, Grant } from '../../src/queue/job-claimer.ts'

const CLAIM = { workerId: 'w1', labels: [], leaseTtlMs: 1000, waitMs: 60_000 }

/** A store that answers a look when it is told to, with jobs for so many of the requests. */
class Supply implements ClaimSupply {
  readonly released: string[] = []
  readonly #looks: ((jobs: number | Error) => void)[] = []
  #begun = Promise.withResolvers<void>()
  #leases = 0

  requiredLabels() {
    return []
  }

  async nextDueMs() {
    return null
  }

  async release(leaseId: string) {
    this.released.push(leaseId)
  }

  async claim<Request extends ClaimRequest>(
    _: readonly string[],
    requests: readonly Request[],
  ): Promise<Grant<Request>[]> {
    const answer = Promise.withResolvers<number | Error>()
    this.#looks.push(answer.resolve)
    this.#begun.resolve()
    const jobs = await answer.promise
    if (jobs instanceof Error) throw jobs
    return requests.slice(0, jobs).map((request) => ({ request, job: this.#job(request) }))
  }

  /** Waits until a look is under way, and answers it. */
  async answer(jobs: number | Error): Promise<void> {
    await this.begun()
    this.#begun = Promise.withResolvers()
    this.#looks.shift()?.(jobs)
  }

  begun(): Promise<void> {
    return this.#begun.promise
  }

  #job({ workerId }: ClaimRequest): ClaimedJob {
    return { lease: { leaseId: `${++this.#leases}`, workerId } } as ClaimedJob
  }
}

function open() {
  const supply = new Supply()
  const waiters = new ClaimWaiters(supply, 60_000)
  const wait = (options: { signal?: AbortSignal; limit?: number; waitMs?: number } = {}) =>
    waiters.wait(parseClaim({ ...CLAIM, ...options }))
  return { supply, waiters, wait }
}

describe('ClaimWaiters', () => {
  it('looks once for the claims of one turn, and serves as many as there are jobs for', async () => {
    const { supply, waiters, wait } = open()
    const claims = [wait({ limit: 3 }), wait(), wait()]
    await supply.answer(3)
    expect((await Promise.all(claims)).map(({ length }) => length)).toEqual([1, 1, 1])
    await waiters.close()
  })

  it('hands back a job that came for a claim whose signal had aborted meanwhile', async () => {
    const { supply, waiters, wait } = open()
    const controller = new AbortController()
    const claim = wait({ signal: controller.signal })
    await supply.begun()
    controller.abort()
    await supply.answer(1)
    expect(await claim).toEqual([])
    expect(supply.released).toEqual(['1'])
    await waiters.close()
  })

  it('hands back a job that came for a claim whose time was up meanwhile', async () => {
    const { supply, waiters, wait } = open()
    const claim = wait({ waitMs: 1 })
    await supply.begun()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await supply.answer(1)
    expect(await claim).toEqual([])
    expect(supply.released).toEqual(['1'])
    await waiters.close()
  })

  it('hands back what comes while it closes', async () => {
    const { supply, waiters, wait } = open()
    const claim = wait()
    await supply.begun()
    const closing = waiters.close()
    await supply.answer(1)
    await closing
    expect(await claim).toEqual([])
    expect(supply.released).toEqual(['1'])
  })

  it('looks again for what was told of during a look', async () => {
    const { supply, waiters, wait } = open()
    const claim = wait()
    await supply.begun()
    waiters.wake(1, 0)
    await supply.answer(0)
    await supply.answer(1)
    expect(await claim).toHaveLength(1)
    await waiters.close()
  })

  it('tells of an outage whoever was never looked for, and keeps the others waiting', async () => {
    const { supply, waiters, wait } = open()
    const first = wait()
    await supply.answer(0)
    const second = wait()
    const refused = expect(second).rejects.toThrow('down')
    await supply.answer(new Error('down'))
    await refused
    waiters.wakeAll()
    await supply.answer(1)
    expect(await first).toHaveLength(1)
    await waiters.close()
  })
})
