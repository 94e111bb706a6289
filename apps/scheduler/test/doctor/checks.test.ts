import assert from 'node:assert/strict'
import type { QueueStats, WorkerRecord } from '@sluice/core'
import { describe, it } from 'vitest'
import { checkBackend } from '../../src/doctor/check-backend.ts'
import { checkClocks } from '../../src/doctor/check-clocks.ts'
import { checkWorkers } from '../../src/doctor/check-workers.ts'

const worker = (online: boolean, ...labels: string[]): WorkerRecord => ({
  workerId: `w-${labels.join('-')}`,
  labels,
  concurrency: 1,
  offlineAfterMs: 1000,
  online,
  registeredAt: 0,
  lastSeenAt: 0,
  running: [],
})

const waitingFor = (...labelSets: string[][]): QueueStats => ({
  byState: { waiting: labelSets.length, delayed: 0, active: 0, completed: 0, failed: 0, cancelled: 0 },
  byLabelSet: labelSets.map((labels) => ({ labels, waiting: 1, delayed: 0, active: 0 })),
})

const brief = (findings: readonly { readonly check: string; readonly status: string }[]) =>
  findings.map(({ check, status }) => `${check} ${status}`)

describe('checkClocks', () => {
  it.each([
    [1000, 'ok'],
    [1050, 'ok'],
    [4000, 'warning'],
    [-5000, 'warning'],
  ])('of %d ms, asked between 1000 and 1100, finds %s', (theirs, status) => {
    assert.equal(checkClocks('the store', theirs, 1000, 1100).status, status)
  })

  it('says which of them is ahead', () => {
    assert.match(checkClocks('the store', 61_100, 1000, 1100).detail, /^the store is 1m 00s ahead of this machine$/)
    assert.match(checkClocks('the store', -4000, 1000, 1100).detail, /^the store is 5\.0s behind this machine$/)
  })
})

describe('checkWorkers', () => {
  it('finds jobs that no worker online could run', () => {
    const findings = checkWorkers([worker(true, 'linux'), worker(false, 'gpu')], waitingFor([], ['gpu', 'linux']))
    assert.deepEqual(brief(findings), ['workers ok', 'labels warning'])
    assert.equal(findings[1]?.advice, 'start a worker with --labels gpu,linux')
  })

  it('finds that jobs wait and nobody is there', () => {
    assert.deepEqual(brief(checkWorkers([], waitingFor([]))), ['workers warning'])
    assert.deepEqual(brief(checkWorkers([], waitingFor())), ['workers ok'])
  })
})

describe('checkBackend', () => {
  it('finds that a backend works, and what it is not fit for', async () => {
    const findings = await checkBackend('memory')
    const found = ['connection ok', 'reading ok', 'writing ok', 'clocks ok', 'workers ok', 'durability warning']
    assert.deepEqual(brief(findings), found)
  })

  it('finds that a backend cannot be opened, and keeps its password to itself', async () => {
    const [finding] = await checkBackend('oracle://sluice:secret@host/db')
    assert.equal(finding?.status, 'failure')
    assert.doesNotMatch(JSON.stringify(finding), /secret/)
  })
})
