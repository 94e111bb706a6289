import { describe, expect, it } from 'vitest'
import { planRetry } from '../../src/run/plan-retry.ts'
import { applyTransition } from '../../src/run/run-transition.ts'
import { RunDriver } from './run-driver.ts'
import { workflowFrom, workflowOf } from './workflows.ts'

function retry(run: RunDriver, from?: string) {
  const transition = planRetry(run.state, from === undefined ? {} : { from })
  applyTransition(run.state, transition)
  return transition
}

describe('planRetry', () => {
  it('runs what failed and what that had skipped, and keeps the rest with its outputs', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: 'a', c: 'b', d: 'a' }))
    run.take(run.succeeded('a', { k: 'v' }), run.failed('b'), run.succeeded('d'))
    const before = run.job('a')
    const transition = retry(run)
    expect(transition).toMatchObject({ attempt: 2, status: 'running', toEnqueue: ['b'], finished: false })
    expect(run.job('a')).toBe(before)
    expect(run.job('b')).toEqual({ jobId: 'b', state: 'queued', runAttempt: 2 })
    expect(run.job('c')).toEqual({ jobId: 'c', state: 'blocked', runAttempt: 2 })
    expect(run.take(run.succeeded('b')).toEnqueue).toEqual(['c'])
    run.take(run.succeeded('c'))
    expect(run.state).toMatchObject({ status: 'succeeded', attempt: 2 })
  })

  it('runs again what was cancelled, singly or with the run', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: 'a', c: 'a' }))
    run.take(run.succeeded('a'), { kind: 'cancelRun' }, run.cancelled('b'), run.cancelled('c'))
    expect(retry(run).toEnqueue).toEqual(['b', 'c'])
    run.take(run.succeeded('b'), run.cancelled('c'))
    expect(run.state.status).toBe('cancelled')
    expect(retry(run)).toMatchObject({ attempt: 3, toEnqueue: ['c'] })
  })

  it('takes back what a failure had stopped, and fails fast anew', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: '', c: 'b' }, {}, { failFast: true }))
    run.take(run.failed('a'), run.cancelled('b'))
    expect(retry(run).toEnqueue).toEqual(['a', 'b'])
    expect(run.states()).toEqual({ a: 'queued', b: 'queued', c: 'blocked' })
    expect(run.take(run.failed('b')).toCancel).toEqual(['a'])
    expect(run.reason('c')).toEqual({ kind: 'failFast', because: 'b' })
  })

  it('takes back a job that a failure had stopped though all that it needs succeeded', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: '', c: 'b' }, {}, { failFast: true }))
    run.take(run.failed('a'), run.succeeded('b'))
    expect(retry(run).toEnqueue).toEqual(['a', 'c'])
  })

  it('decides anew on a skipped job whose condition may now hold', () => {
    const run = new RunDriver(workflowFrom({ a: '', alarm: 'a' }, { alarm: 'failure' }))
    run.take(run.cancelled('a'))
    expect(run.reason('alarm')).toEqual({ kind: 'condition' })
    retry(run)
    expect(run.take(run.failed('a')).toEnqueue).toEqual(['alarm'])
  })

  it('runs a job and all its descendants from a given one on', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: 'a', c: 'b', d: 'a' }))
    run.take(run.succeeded('a'), run.succeeded('b'), run.succeeded('c'), run.succeeded('d'))
    expect(retry(run, 'b')).toMatchObject({ toEnqueue: ['b'], status: 'running' })
    expect(run.states()).toEqual({ a: 'succeeded', b: 'queued', c: 'blocked', d: 'succeeded' })
  })

  it('adds what the descendants need and what did not succeed', () => {
    const run = new RunDriver(workflowFrom({ a: '', x: '', y: 'x', join: 'a y', other: 'x' }))
    run.take(run.succeeded('a'), run.failed('x'))
    expect(retry(run, 'a').toEnqueue).toEqual(['a', 'x'])
    expect(run.states()).toEqual({ a: 'queued', x: 'queued', y: 'blocked', join: 'blocked', other: 'blocked' })
  })

  it('does not let an old failure that is not retried stop the new attempt', () => {
    const run = new RunDriver(workflowFrom({ a: '', b: '', c: 'b' }, { b: 'always', c: 'always' }, { failFast: true }))
    run.take(run.failed('a'), run.succeeded('b'), run.succeeded('c'))
    retry(run, 'b')
    expect(run.states()).toEqual({ a: 'failed', b: 'queued', c: 'blocked' })
    run.take(run.succeeded('b'), run.succeeded('c'))
    expect(run.state.status).toBe('failed')
  })

  it('refuses a run that has not ended, an unknown job, and one where nothing went wrong', () => {
    const run = new RunDriver(workflowFrom({ build: '' }))
    expect(() => planRetry(run.state)).toThrow('has not ended; wait for it, or cancel it first')
    run.take(run.succeeded('build'))
    expect(() => planRetry(run.state)).toThrow('name the job to run again from')
    expect(() => planRetry(run.state, { from: 'biuld' })).toThrow('there is no job "biuld"; did you mean "build"?')
  })

  it('ends at once where nothing is left to run', () => {
    const run = new RunDriver(workflowOf([{ id: 'a' }, { id: 'alarm', needs: ['a'], condition: 'failure' }]))
    run.take(run.succeeded('a'))
    expect(retry(run, 'alarm')).toMatchObject({ attempt: 2, finished: true, toEnqueue: [] })
    expect(run.state).toMatchObject({ status: 'succeeded', attempt: 2 })
  })
})
