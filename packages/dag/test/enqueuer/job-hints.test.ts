import { describe, expect, it } from 'vitest'
import { JobHints } from '../../src/enqueuer/job-hints.ts'
import type { JobEvent } from '../../src/enqueuer/queue-outcomes.ts'

const started = (jobId: string): JobEvent => ({
  kind: 'started',
  workflowId: 'r',
  jobId,
  attempt: 0,
  at: 1,
  workerId: 'w',
})
const completed = (jobId: string): JobEvent => ({ kind: 'completed', workflowId: 'r', jobId, attempt: 0, at: 2 })

describe('JobHints', () => {
  it('holds one hint a job, of which an end outlives what came before and comes late', () => {
    const hints = new JobHints()
    expect(hints.add(started('a'), 1)).toBe(false)
    expect(hints.add(started('b'), 1)).toBe(false)
    expect(hints.haveEnded).toBe(false)
    expect(hints.add(completed('a'), 1)).toBe(true)
    hints.add(started('a'), 1)
    expect(hints.takeMoved().map(({ event }) => event.jobId)).toEqual(['b'])
    expect(hints.takeEnded(10).map(({ event }) => event.jobId)).toEqual(['a'])
    expect([hints.takeMoved(), hints.takeEnded(10)]).toEqual([[], []])
  })

  it('does not let an earlier attempt of the run hide a later one', () => {
    const hints = new JobHints()
    hints.add(completed('a'), 2)
    hints.add(completed('a'), 1)
    expect(hints.takeEnded(10)).toMatchObject([{ attempt: 2 }])
    hints.add(completed('a'), 1)
    hints.add(started('a'), 2)
    expect(hints.takeMoved()).toMatchObject([{ attempt: 2 }])
  })

  it('gives the oldest first', () => {
    const hints = new JobHints()
    for (const jobId of ['a', 'b', 'c']) hints.add(completed(jobId), 1)
    expect(hints.takeEnded(2).map(({ event }) => event.jobId)).toEqual(['a', 'b'])
    expect(hints.haveEnded).toBe(true)
    hints.clear()
    expect(hints.haveEnded).toBe(false)
  })
})
