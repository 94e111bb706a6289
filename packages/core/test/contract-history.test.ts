import type { JobSummary, QueueEvent } from '@sluice/core'
import { expect, test } from 'vitest'
import { type History, type Observation, violationsOf } from '../src/contract/history.ts'

const enqueued: Observation = { kind: 'enqueued', jobId: 'a' }
const cancelled: Observation = { kind: 'cancelled', jobId: 'a' }
const claimed = (leaseId: string, attempt = 0, calledAfter = 2): Observation => {
  return { kind: 'claimed', jobId: 'a', leaseId, attempt, calledAfter }
}
const givenUp = (leaseId: string): Observation => ({ kind: 'givenUp', leaseId })
const settled = (leaseId: string, by: 'complete' | 'fail' | 'release'): Observation => ({
  kind: 'settled',
  leaseId,
  by,
})
const reaped: Observation = { kind: 'reaped', jobId: 'a', attempt: 0 }

function history(observations: Observation[], events: string, state = 'completed'): History {
  let attempt = 0
  const told = events.split(' ').map((text) => {
    const [kind, willRetry] = text.split(':')
    const event = { kind, workflowId: 'run', jobId: 'a', attempt, at: 0, willRetry: willRetry === 'retry' }
    if (event.willRetry) attempt++
    return event as unknown as QueueEvent
  })
  return { observations, events: told, jobs: state ? [{ jobId: 'a', state } as JobSummary] : [] }
}

const once = [enqueued, claimed('l1'), givenUp('l1'), settled('l1', 'complete')]
const toldOnce = 'ready started completed'
const endOf = (leaseId: string) => [givenUp(leaseId), settled(leaseId, 'complete')]

test.each([
  ['a job that completes', history(once, toldOnce)],
  [
    'a retry after a failure',
    history(
      [enqueued, claimed('l1'), givenUp('l1'), settled('l1', 'fail'), claimed('l2', 1), ...endOf('l2')],
      'ready started failed:retry ready started completed',
    ),
  ],
  [
    'a release, which uses no attempt',
    history(
      [enqueued, claimed('l1'), givenUp('l1'), settled('l1', 'release'), claimed('l2'), ...endOf('l2')],
      'ready started ready started completed',
    ),
  ],
  [
    'a lease that is reaped',
    history([enqueued, claimed('l1'), givenUp('l1'), reaped], 'ready started leaseExpired failed', 'failed'),
  ],
  ['a cancellation', history([enqueued, cancelled], 'ready cancelled', 'cancelled')],
  [
    'a claim that was called before a cancellation, and answered after it',
    history([enqueued, cancelled, claimed('l1', 0, 1)], 'ready started cancelled', 'cancelled'),
  ],
])('has no complaint about %s', (_, good) => {
  expect(violationsOf(good)).toEqual([])
})

test.each([
  [
    'has two live leases',
    history([enqueued, claimed('l1'), claimed('l2'), ...endOf('l1')], 'ready started started completed'),
  ],
  ['lease l1 was given twice', history([...once, claimed('l1')], toldOnce)],
  ['was claimed after it completed', history([...once, claimed('l2')], 'ready started completed started')],
  ['was claimed after it was cancelled', history([enqueued, cancelled, claimed('l1')], 'ready cancelled', 'cancelled')],
  ['was claimed at attempt 1 instead of 0', history([enqueued, claimed('l1', 1), ...endOf('l1')], toldOnce)],
  ['had attempt 0 both settled and reaped', history([...once, reaped], toldOnce)],
  [
    'was reaped twice',
    history([enqueued, claimed('l1'), givenUp('l1'), reaped, reaped], 'ready started leaseExpired failed', 'failed'),
  ],
  ['was enqueued twice', history([enqueued, ...once], toldOnce)],
  ['was never enqueued', history(once.slice(1), toldOnce)],
  ['has 0 terminal events', history(once, 'ready started')],
  ['has 2 terminal events', history(once, 'ready started completed completed')],
  ['has events after its terminal one', history(once, 'ready started completed ready')],
  ['has the event started after completed', history(once, 'ready completed started')],
  ['was claimed at attempts [0], and its events say []', history(once, 'ready completed')],
  ['was lost', history(once, toldOnce, '')],
  ['has not ended: it is waiting', history([enqueued], 'ready', 'waiting')],
  ['is failed, and its last event is completed', history(once, toldOnce, 'failed')],
  ['is completed although its cancellation succeeded', history([...once, cancelled], toldOnce)],
  ['is cancelled although a complete succeeded', history(once, 'ready started cancelled', 'cancelled')],
  ['is completed although no complete succeeded', history([enqueued, claimed('l1'), givenUp('l1')], toldOnce)],
  [
    'events were lost',
    { ...history(once, toldOnce), events: [...history(once, toldOnce).events, { kind: 'gap' }] } as History,
  ],
])('complains that %s', (complaint, bad) => {
  expect(violationsOf(bad).join('\n')).toContain(complaint)
})
