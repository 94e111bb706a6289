import { describe, expect, it } from 'vitest'
import {
  cancelledAt,
  cancelledEvent,
  claimed,
  completedEvent,
  expired,
  failedEvent,
  gap,
  judge,
  ready,
  reaped,
  refused,
  renewed,
  type Story,
  settled,
  settling,
  started,
} from './fixtures/storm-story.ts'

const retriedEvents = [ready(), started('A'), expired('A'), ready(1), started('B', 1), completedEvent(1)]
const retriedRecord = { attempt: 1, outputs: { leaseId: 'B' } }

describe('what keeps the contract', () => {
  const fine: [string, Story][] = [
    ['a job that completes', {}],
    [
      'a job that completes after its lease was renewed',
      { journal: [claimed('A', 0), renewed('A', 90), ...settled('A', 'complete', 180)] },
    ],
    [
      'a job that completes in its second attempt',
      {
        journal: [claimed('A', 0), reaped(0, 120), claimed('B', 130, 1), ...settled('B', 'complete', 140)],
        events: retriedEvents,
        record: retriedRecord,
      },
    ],
    [
      'a completion whose worker died before it was told',
      { journal: [claimed('A', 0), settling('A', 'complete', 10)] },
    ],
    [
      'a worker that is refused once its lease may have run out',
      {
        journal: [
          claimed('A', 0),
          refused('A', 'complete', 'LEASE_EXPIRED', 101),
          claimed('B', 130, 1),
          ...settled('B', 'complete', 140),
        ],
        events: retriedEvents,
        record: retriedRecord,
      },
    ],
    [
      'an attempt that is given again after a release',
      {
        journal: [claimed('A', 0), ...settled('A', 'release', 10), claimed('B', 20), ...settled('B', 'complete', 30)],
        events: [ready(), started('A'), ready(), started('B'), completedEvent()],
        record: { outputs: { leaseId: 'B' } },
      },
    ],
    [
      'a job that is cancelled under its worker',
      {
        journal: [claimed('A', 0), refused('A', 'renew', 'JOB_CANCELLED', 20)],
        events: [ready(), started('A'), cancelledEvent()],
        record: { state: 'cancelled' },
        cancellations: [cancelledAt(10)],
      },
    ],
    [
      'a job that fails when its retries are used up',
      {
        journal: [claimed('A', 0, 3), reaped(3, 110)],
        events: [gap, expired('A', 3, false), failedEvent(3)],
        record: { state: 'failed', attempt: 3 },
      },
    ],
    ['a terminal event that went lost in a gap', { events: [ready(), gap] }],
  ]
  it.each(fine)('is %s', (_, story) => {
    expect(judge(story)).toEqual([])
  })
})

describe('what breaks it', () => {
  const broken: [string, Story, RegExp][] = [
    ['a lost job', { record: null }, /was lost/],
    ['a job without end', { record: { state: 'waiting' } }, /has not ended: it is waiting/],
    ['a lease of a job that has ended', { record: { leaseExpiresAt: 1 } }, /still leased/],
    ['a lost completion', { record: { state: 'failed', attempt: 3 } }, /lost the completion by A/],
    ['lost outputs', { record: { outputs: {} } }, /lost the outputs of A/],
    [
      'two completions',
      {
        journal: [
          claimed('A', 0),
          ...settled('A', 'complete', 10),
          claimed('B', 130, 1),
          ...settled('B', 'complete', 140),
        ],
      },
      /was completed by A and B/,
    ],
    [
      'a claim of what has completed',
      { journal: [claimed('A', 0), ...settled('A', 'complete', 10), claimed('B', 130, 1)] },
      /claimed again after it completed/,
    ],
    ['a completion by nobody', { journal: [claimed('A', 0)] }, /completed with outputs of nobody/],
    [
      'a lost failure',
      { journal: [claimed('A', 0), ...settled('A', 'fail', 10), claimed('B', 20), ...settled('B', 'complete', 30)] },
      /lost the failure of attempt 0/,
    ],
    [
      'a final failure that did not last',
      { journal: [claimed('A', 0), ...settled('A', 'fail', 10, false)] },
      /is completed although A failed it/,
    ],
    [
      'a failure with retries left',
      { journal: [claimed('A', 0)], record: { state: 'failed' } },
      /failed at attempt 0 with 3 retries left/,
    ],
    ['more attempts than allowed', { record: { attempt: 4 } }, /at attempt 4 of 3 retries/],
    [
      'a live lease that is refused',
      { journal: [claimed('A', 0), refused('A', 'renew', 'LEASE_EXPIRED', 98)] },
      /refused renew on A, a live lease/,
    ],
    [
      'a renewed lease that is refused',
      { journal: [claimed('A', 0), renewed('A', 90), refused('A', 'complete', 'LEASE_EXPIRED', 188)] },
      /refused complete on A, a live lease/,
    ],
    [
      'a lease that is unknown',
      { journal: [claimed('A', 0), refused('A', 'renew', 'LEASE_NOT_FOUND', 200)] },
      /refused renew on A with LEASE_NOT_FOUND/,
    ],
    [
      'a refusal as cancelled of what is not',
      { journal: [claimed('A', 0), refused('A', 'renew', 'JOB_CANCELLED', 200)] },
      /as cancelled, and is not cancelled/,
    ],
    [
      'a completion after the lease has run out',
      { journal: [claimed('A', 0), ...settled('A', 'complete', 102)] },
      /accepted a call on A 1 ms after it had run out/,
    ],
    [
      'a renewal after the lease has run out',
      { journal: [claimed('A', 0), renewed('A', 150)] },
      /accepted a call on A 49 ms after it had run out/,
    ],
    ['a lease that is given twice', { journal: [claimed('A', 0), claimed('A', 200)] }, /lease A was given twice/],
    [
      'two leases that live at once',
      { journal: [claimed('A', 0), claimed('B', 50, 1), ...settled('A', 'complete', 60)] },
      /has two live leases, A and B/,
    ],
    [
      'an attempt that is given twice',
      { journal: [claimed('A', 0), claimed('B', 150), ...settled('B', 'complete', 160)] },
      /gave attempt 0 twice, as A and B/,
    ],
    [
      'an attempt that comes back',
      { journal: [claimed('A', 0, 1), claimed('B', 150, 0)] },
      /went from attempt 1 back to 0/,
    ],
    [
      'an attempt that is reaped twice',
      { journal: [claimed('A', 0), reaped(0, 110), reaped(0, 120)] },
      /attempt 0 reaped 2 times/,
    ],
    [
      'an attempt that is reaped although it was settled',
      { journal: [claimed('A', 0), ...settled('A', 'complete', 10), reaped(0, 120)] },
      /attempt 0 reaped, and complete on it acknowledged/,
    ],
    ['a lost cancellation', { cancellations: [cancelledAt(5)] }, /is completed, and cancel left it cancelled/],
    [
      'a cancellation by nobody',
      { journal: [], record: { state: 'cancelled' }, events: [ready(), cancelledEvent()] },
      /was cancelled by nobody/,
    ],
    [
      'a claim after the cancellation',
      { journal: [claimed('A', 10)], record: { state: 'cancelled' }, cancellations: [cancelledAt(5)] },
      /was claimed as A after it was cancelled/,
    ],
    [
      'a completion after the cancellation',
      { cancellations: [cancelledAt(5)], record: { state: 'cancelled' } },
      /accepted a call on A after it was cancelled/,
    ],
    ['no terminal event', { events: [ready(), started('A')] }, /has 0 terminal events/],
    ['two terminal events', { events: [gap, completedEvent(), completedEvent()] }, /has 2 terminal events/],
    ['an event after the end', { events: [gap, completedEvent(), ready()] }, /has events after its end/],
    [
      'an end that the events tell otherwise',
      { events: [gap, failedEvent()] },
      /is completed, and its last event is failed/,
    ],
    ['a missing event', { events: [ready(), completedEvent()] }, /the event completed after ready/],
    [
      'a claim without event',
      { events: [ready(), started('B'), completedEvent()] },
      /no event of the claim by worker of A/,
    ],
    ['retries that nobody was told of', { record: { attempt: 1 } }, /is at attempt 1 after 0 retries/],
    ['a process that broke', { journal: [{ kind: 'broke', message: 'worker 1: oh', at: 0 }] }, /worker 1: oh/],
  ]
  it.each(broken)('is %s', (_, story, complaint) => {
    expect(judge(story)).toContainEqual(expect.stringMatching(complaint))
  })
})
