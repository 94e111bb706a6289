import { describe, expect, it } from 'vitest'
import { advance } from '../../src/run/advance.ts'
import { createRunState, restoreRunState } from '../../src/run/create-run-state.ts'
import { applyTransition, hasChanges } from '../../src/run/run-transition.ts'
import { RunDriver } from './run-driver.ts'
import { workflowFrom, workflowOf } from './workflows.ts'

describe('createRunState', () => {
  it('queues what needs nothing and blocks the rest', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: '', c: 'a b' }))
    expect(run.states()).toEqual({ a: 'queued', b: 'queued', c: 'blocked' })
    expect(run.state).toMatchObject({ attempt: 1, status: 'running' })
    expect(run.state.counts).toMatchObject({ queued: 2, blocked: 1, skipped: 0 })
  })

  it('skips a job that wants a failure and needs nothing, and what depends on it', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: 'a', c: 'b' }, { a: 'failure' }))
    expect(run.states()).toEqual({ a: 'skipped', b: 'skipped', c: 'skipped' })
    expect(run.reason('a')).toEqual({ kind: 'condition' })
    expect(run.reason('c')).toEqual({ kind: 'dependency', because: 'a' })
    expect(run.state.status).toBe('running')
    expect(run.take()).toMatchObject({ status: 'succeeded', finished: true })
  })

  it('refuses a workflow with an unknown need or a repeated id', () => {
    expect(() => createRunState(workflowFrom({ a: 'zz' }))).toThrow('job "a" needs "zz", which does not exist')
    expect(() => createRunState(workflowOf([{ id: 'a' }, { id: 'a' }]))).toThrow('two jobs have the same id')
  })
})

describe('restoreRunState', () => {
  it('refuses jobs that are not those of the workflow', () => {
    const workflow = workflowFrom({ a: '', b: '' })
    const { jobs } = createRunState(workflow)
    const position = { attempt: 1, status: 'running' } as const
    expect(() => restoreRunState(workflow, jobs.slice(1), position)).toThrow('2 jobs, but 1 are stored')
    const foreign = [...jobs.slice(1), { jobId: 'x', state: 'blocked', runAttempt: 1 } as const]
    expect(() => restoreRunState(workflow, foreign, position)).toThrow('job "x" is stored, but is not in the workflow')
  })
})

describe('advance', () => {
  it('leaves the state as it is until the transition is applied', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: 'a' }))
    const before = structuredClone(run.state.jobs)
    const transition = advance(run.state, [run.succeeded('a')])
    expect(run.state.jobs).toEqual(before)
    expect(run.state.counts).toMatchObject({ queued: 1, blocked: 1 })
    applyTransition(run.state, transition)
    expect(run.states()).toEqual({ a: 'succeeded', b: 'queued' })
    expect(() => applyTransition(run.state, transition)).toThrow('computed from another state')
  })

  it('records the life of a job', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: 'a' }))
    run.take(run.started('a', 0, 1000))
    expect(run.job('a')).toEqual({
      jobId: 'a',
      state: 'running',
      runAttempt: 1,
      attempt: 0,
      startedAt: 1000,
      workerId: 'w1',
    })
    run.take({ ...run.requeued('a', 1), failure: { message: 'flaky' } } as never)
    expect(run.job('a')).toEqual({
      jobId: 'a',
      state: 'queued',
      runAttempt: 1,
      attempt: 1,
      failure: { message: 'flaky' },
    })
    run.take(run.started('a', 1, 1500))
    const transition = run.take(run.succeeded('a', { digest: 'abc' }, 1))
    expect(run.job('a')).toEqual({
      jobId: 'a',
      state: 'succeeded',
      runAttempt: 1,
      attempt: 1,
      startedAt: 1500,
      finishedAt: 3000,
      outputs: { digest: 'abc' },
    })
    expect(transition).toMatchObject({ toEnqueue: ['b'], toCancel: [], finished: false })
    expect(transition.jobs.map((job) => job.jobId)).toEqual(['a', 'b'])
  })

  it('ends the run with its last job', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: 'a' }))
    expect(run.take(run.succeeded('a')).status).toBeUndefined()
    expect(run.take(run.succeeded('b'))).toMatchObject({ status: 'succeeded', finished: true })
    expect(run.state.status).toBe('succeeded')
  })

  it('ignores what is late, repeated or from another attempt of the run', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: 'a' }))
    run.take(run.started('a', 1))
    for (const stale of [run.started('a', 0), run.started('a', 1), run.requeued('a', 1, 1)])
      expect(hasChanges(run.take(stale))).toBe(false)
    run.take(run.failed('a', 1))
    for (const stale of [
      run.succeeded('a'),
      run.failed('a', 1),
      run.cancelled('a'),
      run.started('a', 2),
      run.requeued('a', 2),
    ])
      expect(hasChanges(run.take(stale))).toBe(false)
    const other = { ...run.succeeded('b'), runAttempt: 0 }
    expect(run.take(other)).toMatchObject({ jobs: [], isBehind: false })
    expect(hasChanges(run.take({ ...run.succeeded('b'), jobId: 'nobody' } as never))).toBe(false)
  })

  it('shows a released job as queued, and running once more when it is claimed again', () => {
    const run = new RunDriver(workflowFrom({ a: '' }))
    run.take(run.started('a', 0, 1000), run.requeued('a', 0, 1200))
    expect(run.job('a')).toMatchObject({ state: 'queued', attempt: 0 })
    expect(hasChanges(run.take(run.started('a', 0, 1000)))).toBe(false)
    run.take(run.started('a', 0, 1300))
    expect(run.job('a')).toMatchObject({ state: 'running', startedAt: 1300 })
  })

  it('says that it is behind when the queue knows a job that it holds for blocked, or a later attempt of the run', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: 'a' }))
    expect(advance(run.state, [run.succeeded('b')])).toMatchObject({ isBehind: true, jobs: [] })
    expect(advance(run.state, [{ ...run.succeeded('a'), runAttempt: 2 }])).toMatchObject({ isBehind: true, jobs: [] })
    expect(advance(run.state, [run.succeeded('a'), run.started('b')])).toMatchObject({ isBehind: false })
  })
})

describe('conditions', () => {
  it('skips what needs a failed job, however far away, because of the failed one', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: '', c: 'b a', d: 'c', e: 'd' }))
    run.take(run.succeeded('b'), run.failed('a'))
    expect(run.states()).toEqual({ a: 'failed', b: 'succeeded', c: 'skipped', d: 'skipped', e: 'skipped' })
    for (const id of ['c', 'd', 'e']) expect(run.reason(id)).toEqual({ kind: 'dependency', because: 'a' })
    expect(run.state.status).toBe('failed')
  })

  it('decides only when all needs are final, and blames the first in the order of the definition', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: '', c: 'a b' }))
    run.take(run.failed('b'))
    expect(run.job('c').state).toBe('blocked')
    run.take(run.failed('a'))
    expect(run.reason('c')).toEqual({ kind: 'dependency', because: 'a' })
  })

  it('runs `failure` jobs after a failure, near or far, and skips them otherwise', () => {
    const workflow = workflowFrom({ a: '', b: 'a', near: 'a', far: 'b' }, { near: 'failure', far: 'failure' })
    const broken = new RunDriver(workflow)
    expect(broken.take(broken.failed('a')).toEnqueue).toEqual(['near', 'far'])
    const fine = new RunDriver(workflow)
    fine.take(fine.succeeded('a'), fine.succeeded('b'))
    expect(fine.reason('near')).toEqual({ kind: 'condition' })
    expect(fine.state.status).toBe('succeeded')
  })

  it('runs `always` jobs whatever happened', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: 'a', c: 'b' }, { c: 'always' }))
    expect(run.take(run.failed('a')).toEnqueue).toEqual(['c'])
    run.take(run.succeeded('c'))
    expect(run.state.status).toBe('failed')
  })

  it('lets a tolerated failure pass', () => {
    const run = new RunDriver(
      workflowOf([
        { id: 'lint', continueOnError: true },
        { id: 'ship', needs: ['lint'] },
        { id: 'alarm', needs: ['lint'], condition: 'failure' },
      ]),
    )
    run.take(run.failed('lint'))
    expect(run.states()).toEqual({ lint: 'failed', ship: 'queued', alarm: 'skipped' })
    run.take(run.succeeded('ship'))
    expect(run.state.status).toBe('succeeded')
  })

  it('skips what needs a job that was skipped by its condition, because of that job', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: 'a', c: 'b', d: 'c' }, { b: 'failure', d: 'failure' }))
    run.take(run.succeeded('a'))
    expect(run.reason('c')).toEqual({ kind: 'dependency', because: 'b' })
    expect(run.reason('d')).toEqual({ kind: 'condition' })
  })
})

describe('cancelJob', () => {
  it('ends a blocked job at once and skips what needs it', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: 'a', c: 'b', d: 'b' }, { d: 'failure' }))
    expect(run.take({ kind: 'cancelJob', jobId: 'b' })).toMatchObject({ toCancel: [], cancelsWorkflow: false })
    expect(run.states()).toEqual({ a: 'queued', b: 'cancelled', c: 'skipped', d: 'skipped' })
    expect(run.job('b')).toEqual({ jobId: 'b', state: 'cancelled', runAttempt: 1 })
    expect(run.reason('c')).toEqual({ kind: 'dependency', because: 'b' })
    expect(run.reason('d')).toEqual({ kind: 'condition' })
    run.take(run.succeeded('a'))
    expect(run.state.status).toBe('cancelled')
  })

  it('leaves a job in the queue to the queue', () => {
    const run = new RunDriver(workflowFrom({ a: '' }))
    const transition = run.take({ kind: 'cancelJob', jobId: 'a' })
    expect(transition).toMatchObject({ jobs: [], toCancel: ['a'] })
    run.take(run.cancelled('a'))
    expect(run.state.status).toBe('cancelled')
    expect(run.take({ kind: 'cancelJob', jobId: 'a' })).toMatchObject({ jobs: [], toCancel: [] })
  })
})

describe('cancelRun', () => {
  it('ends what is blocked, also `always` jobs, and marks what the queue has', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: '', c: 'a', d: 'c' }, { d: 'always' }))
    run.take(run.started('a'))
    const transition = run.take({ kind: 'cancelRun' })
    expect(transition).toMatchObject({ cancelsWorkflow: true, toCancel: [], finished: false })
    expect(run.states()).toEqual({ a: 'running', b: 'queued', c: 'cancelled', d: 'cancelled' })
    for (const id of ['a', 'b', 'c', 'd']) expect(run.reason(id)).toEqual({ kind: 'runCancelled' })
    run.take(run.cancelled('b'), run.succeeded('a'))
    expect(run.states()).toEqual({ a: 'succeeded', b: 'cancelled', c: 'cancelled', d: 'cancelled' })
    expect(run.reason('a')).toBeUndefined()
    expect(run.reason('b')).toEqual({ kind: 'runCancelled' })
    expect(run.state.status).toBe('cancelled')
  })

  it('tells the truth about a run whose jobs all ended first', () => {
    const run = new RunDriver(workflowFrom({ a: '' }))
    run.take({ kind: 'cancelRun' })
    run.take(run.succeeded('a'))
    expect(run.state.status).toBe('succeeded')
  })

  it('changes nothing in a run that has ended', () => {
    const run = new RunDriver(workflowFrom({ a: '' }))
    run.take(run.succeeded('a'))
    expect(run.take({ kind: 'cancelRun' })).toMatchObject({ jobs: [], cancelsWorkflow: false })
  })

  it('counts as cancelled, not failed, though a job had failed', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: '' }))
    run.take(run.failed('a'), { kind: 'cancelRun' }, run.cancelled('b'))
    expect(run.state.status).toBe('cancelled')
  })
})

describe('failFast', () => {
  const workflow = workflowFrom(
    { a: '', b: '', c: 'b', clean: 'c', alarm: 'b', last: 'clean' },
    { clean: 'always', alarm: 'failure' },
    { failFast: true },
  )

  it('stops what wants success, and still runs the rest', () => {
    const run = new RunDriver(workflow)
    run.take(run.started('b'))
    const transition = run.take(run.failed('a'))
    const reason = { kind: 'failFast', because: 'a' }
    expect(transition.toCancel).toEqual(['b'])
    expect(transition.toEnqueue).toEqual(['clean'])
    expect(run.job('b')).toMatchObject({ state: 'running', reason })
    expect(run.job('c')).toMatchObject({ state: 'skipped', reason })
    expect(run.job('last')).toMatchObject({ state: 'skipped', reason })
    expect(run.job('clean').state).toBe('queued')
    expect(run.take(run.cancelled('b')).toEnqueue).toEqual(['alarm'])
    expect(run.job('b')).toMatchObject({ state: 'cancelled', reason })
    run.take(run.succeeded('clean'), run.succeeded('alarm'))
    expect(run.state.status).toBe('failed')
  })

  it('takes the word of the queue for a job that succeeded before it was cancelled', () => {
    const run = new RunDriver(workflow)
    run.take(run.failed('a'), run.requeued('b', 1), run.succeeded('b', {}, 1))
    expect(run.job('b')).toMatchObject({ state: 'succeeded' })
    expect(run.reason('b')).toBeUndefined()
    expect(run.job('alarm').state).toBe('skipped')
  })

  it('is not set off by a tolerated failure', () => {
    const run = new RunDriver(workflowOf([{ id: 'a', continueOnError: true }, { id: 'b' }], { failFast: true }))
    expect(run.take(run.failed('a')).toCancel).toEqual([])
    expect(run.job('b')).toEqual({ jobId: 'b', state: 'queued', runAttempt: 1 })
  })

  it('happens once: a second failure changes only its own job', () => {
    const run = new RunDriver(workflow)
    run.take(run.failed('a'))
    run.take(run.failed('b'))
    expect(run.reason('c')).toEqual({ kind: 'failFast', because: 'a' })
    expect(run.job('alarm').state).toBe('queued')
  })
})
