import {
  BackendUnavailableError,
  JobCancelledError,
  type JobQueue,
  LeaseExpiredError,
  LeaseNotFoundError,
  QueueClosedError,
} from '@sluice/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AttemptAbortedError } from '../src/attempt-aborted-error.ts'
import { LeaseKeeper } from '../src/lease-keeper.ts'
import { Reporter } from '../src/worker-hooks.ts'
import { claimedJob } from './claimed-job.ts'

const lease = (leaseId: string) => claimedJob({}, { leaseId }).lease

describe('LeaseKeeper', () => {
  let renew: (leaseId: string) => Promise<unknown>
  let renewals: { leaseId: string; at: number }[]
  let lost: { leaseId: string; at: number; error: AttemptAbortedError }[]
  let keeper: LeaseKeeper
  let startedAt: number

  const now = () => Math.round(performance.now() - startedAt)
  const keep = (leaseId: string) => keeper.keep(lease(leaseId), (error) => lost.push({ leaseId, at: now(), error }))

  beforeEach(() => {
    vi.useFakeTimers()
    startedAt = performance.now()
    renewals = []
    lost = []
    renew = async () => {}
    const renewLease = (leaseId: string) => {
      renewals.push({ leaseId, at: now() })
      return renew(leaseId)
    }
    keeper = new LeaseKeeper({ renewLease } as unknown as JobQueue, 3000, new Reporter({ onError: () => {} }))
  })

  afterEach(() => {
    keeper.close()
    vi.useRealTimers()
  })

  it('renews each lease at every third of its time, with one timer for all', async () => {
    keep('a')
    await vi.advanceTimersByTimeAsync(400)
    keep('b')
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(2200)
    expect(renewals).toEqual([
      { leaseId: 'a', at: 1000 },
      { leaseId: 'b', at: 1400 },
      { leaseId: 'a', at: 2000 },
      { leaseId: 'b', at: 2400 },
    ])
    expect(lost).toEqual([])
  })

  it('renews nothing that was dropped, and leaves no timer', async () => {
    for (let i = 0; i < 100; i++) keeper.drop(keep(`lease-${i}`))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(renewals).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('tells how long the lease lasts at least: from before the renewal was sent', async () => {
    const kept = keep('a')
    renew = () => new Promise((resolve) => setTimeout(resolve, 500))
    await vi.advanceTimersByTimeAsync(1600)
    expect(kept.endsAt - startedAt).toBe(4000)
  })

  it.each([
    ['cancelled', new JobCancelledError('run', 'build')],
    ['leaseLost', new LeaseExpiredError('a')],
    ['leaseLost', new LeaseNotFoundError('a')],
    ['leaseLost', new QueueClosedError()],
  ])('reports once that the lease is over: %s by %s', async (reason, rejection) => {
    keep('a')
    renew = () => Promise.reject(rejection)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(lost).toMatchObject([{ at: 1000, error: { reason, cause: rejection } }])
    expect(renewals).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('tries again while the store is down, and goes on when it is back', async () => {
    keep('a')
    renew = () => Promise.reject(new BackendUnavailableError('the store'))
    await vi.advanceTimersByTimeAsync(2500)
    expect(renewals.length).toBeGreaterThan(3)
    renew = async () => {}
    await vi.advanceTimersByTimeAsync(20_000)
    expect(lost).toEqual([])
  })

  it('reports the lease lost at its end on the local clock when the store stays down', async () => {
    keep('a')
    renew = () => Promise.reject(new BackendUnavailableError('the store'))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(lost).toMatchObject([{ at: 3000, error: { reason: 'leaseLost' } }])
  })

  it('reports the lease lost at its end when the store does not even answer', async () => {
    keep('a')
    renew = () => new Promise(() => {})
    await vi.advanceTimersByTimeAsync(10_000)
    expect(lost).toMatchObject([{ at: 3000, error: { reason: 'leaseLost' } }])
    expect(renewals).toHaveLength(1)
  })

  it('asks about a lease at once when told to, and not twice at a time', async () => {
    const kept = keep('a')
    keep('b')
    renew = () => new Promise((resolve) => setTimeout(resolve, 100))
    keeper.check(kept)
    keeper.checkAll()
    expect(renewals).toEqual([
      { leaseId: 'a', at: 0 },
      { leaseId: 'b', at: 0 },
    ])
    await vi.advanceTimersByTimeAsync(999)
    expect(renewals).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(renewals).toHaveLength(4)
  })
})
