import { describe, expect, it } from 'vitest'
import { LabelIndex } from '../src/label-index.ts'
import { LeaseTable } from '../src/lease-table.ts'
import { createJob } from './waiting-jobs.ts'

describe('the lease table', () => {
  it('holds each lease once however often it is renewed, and finds the expired in the order of their expiry', () => {
    const index = new LabelIndex()
    const leases = new LeaseTable()
    const granted = [30, 10, 20, 10].map((ttlMs) => leases.grant(createJob(index), 'w1', ttlMs, 0))
    for (let now = 0; now < 10; now++) for (const lease of granted) leases.renew(lease, lease.ttlMs, now)
    expect(leases.takeExpired(18)).toBeUndefined()
    const expired = Array.from({ length: 5 }, () => leases.takeExpired(100))
    expect(expired).toEqual([granted[1], granted[3], granted[2], granted[0], undefined])
  })

  it('notices a renewal that brings the end nearer', () => {
    const leases = new LeaseTable()
    const index = new LabelIndex()
    const [first, second] = [leases.grant(createJob(index), 'w1', 100, 0), leases.grant(createJob(index), 'w1', 50, 0)]
    leases.renew(first, 10, 0)
    expect(leases.takeExpired(20)).toBe(first)
    expect(leases.takeExpired(20)).toBeUndefined()
    expect(leases.takeExpired(50)).toBe(second)
  })

  it('gives ids that differ in their random part, and knows no others', () => {
    const leases = new LeaseTable()
    const index = new LabelIndex()
    const ids = Array.from({ length: 1000 }, () => leases.grant(createJob(index), 'w1', 100, 0).leaseId)
    expect(new Set(ids.map((id) => id.slice(8))).size).toBe(1000)
    const forged = (ids[0] as string).slice(0, 8) + (ids[1] as string).slice(8)
    expect(() => leases.live(forged, 0)).toThrow('there is no lease')
    expect(leases.live(ids[0] as string, 0).leaseId).toBe(ids[0])
  })

  it('forgets every lease of a purged job, and uses its places again', () => {
    const leases = new LeaseTable()
    const index = new LabelIndex()
    const job = createJob(index)
    const ids = [1, 2].map(() => {
      const lease = leases.grant(job, 'w1', 100, 0)
      leases.settle(lease, 'released')
      return lease.leaseId
    })
    leases.forget(job)
    for (const id of ids) expect(() => leases.live(id, 0)).toThrow('there is no lease')
    const places = [1, 2].map(() => leases.grant(createJob(index), 'w1', 100, 0).leaseId.slice(0, 8))
    expect(places.sort()).toEqual(ids.map((id) => id.slice(0, 8)).sort())
  })

  it('knows a bounded number of past leases of a job', () => {
    const leases = new LeaseTable()
    const job = createJob(new LabelIndex())
    const ids = Array.from({ length: 1000 }, () => {
      const lease = leases.grant(job, 'w1', 100, 0)
      leases.settle(lease, 'released')
      return lease.leaseId
    })
    expect(() => leases.live(ids[0] as string, 0)).toThrow('there is no lease')
    expect(() => leases.live(ids[900] as string, 0)).toThrow('is over')
    expect(job.pastLeases?.length).toBe(256)
  })
})
