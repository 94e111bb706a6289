import { defineWorkflow, parseWorkflow, WorkflowDefinitionError } from '@sluice/dag'
import { describe, expect, expectTypeOf, it } from 'vitest'

describe('defineWorkflow', () => {
  it('builds what the same definition in YAML parses to', () => {
    const built = defineWorkflow({ name: 'Release', failFast: true, env: { CI: 'true' } })
      .job('build', {
        steps: [
          { run: 'make', env: { JOBS: '4' } },
          { name: 'Pack', run: 'make pack' },
        ],
      })
      .job('lint', { run: 'make lint', continueOnError: true })
      .job('thumbnails', { handler: 'resize', payload: { width: 200 }, needs: ['build'], labels: ['gpu'] })
      .job('publish', {
        name: 'Publish it',
        needs: ['lint', 'thumbnails'],
        run: 'make publish',
        env: { TOKEN: "it's" },
        priority: 5,
        timeoutMs: 300_000,
        retryPolicy: { maxRetries: 2, backoff: { kind: 'fixed', delayMs: 10_000 } },
        condition: 'always',
      })
      .build()
    const parsed = parseWorkflow(`
name: Release
fail-fast: true
env: { CI: true }
jobs:
  build:
    steps:
      - { run: make, env: { JOBS: 4 } }
      - { name: Pack, run: make pack }
  lint: { run: make lint, continue-on-error: true }
  thumbnails: { run: resize, payload: { width: 200 }, needs: build, labels: gpu }
  publish:
    name: Publish it
    needs: [lint, thumbnails]
    run: make publish
    env: { TOKEN: "it's" }
    priority: 5
    timeout: 5m
    retries: { max: 2, backoff: { kind: fixed, delay: 10s } }
    if: always()
`)
    expect(built).toEqual(parsed)
  })

  it('refuses what a definition may not hold', () => {
    const builder = defineWorkflow({ name: 'Release', env: { 'A-B': '1' } })
      .addJob('build', { run: 'make', needs: ['tset'], env: { SLUICE_OUTPUT: 'x' }, timeoutMs: 0.5 })
      .addJob('test', { steps: [{ run: 'make', env: { '1': 'x' } }], needs: ['test'], priority: -1 })
      .addJob('test', { handler: 'a\0b', payload: { at: new Date(0) as never } })
    expect(() => builder.build()).toThrow(WorkflowDefinitionError)
    expect(() => builder.build()).toThrow(
      [
        "env.A-B: must be a variable's name: letters, digits and _, beginning with neither a digit nor SLUICE_",
        "jobs.build.env.SLUICE_OUTPUT: must be a variable's name: letters, digits and _, beginning with neither a digit nor SLUICE_",
        "jobs.test.steps[0].env.1: must be a variable's name: letters, digits and _, beginning with neither a digit nor SLUICE_",
        'jobs.build.timeoutMs: must be an integer from 1 to 315360000000, not 0.5',
        'jobs.test.priority: must be an integer from 0 to 1000, not -1',
        'jobs.test.command: must not contain a NUL character',
        'jobs.test: another job has the same id',
        'jobs.build.needs[0]: unknown job "tset"; did you mean "test"?',
        'jobs.test.needs[0]: a job cannot need itself',
      ].join('\n'),
    )
  })

  it('returns what was there when it was asked', () => {
    const builder = defineWorkflow({ name: 'Release' }).job('a', { run: 'a' })
    const before = builder.build()
    builder.job('b', { run: 'b' })
    expect(before.jobs).toHaveLength(1)
    expect(builder.build().jobs).toHaveLength(2)
  })

  it('builds 100,000 jobs', { timeout: 60_000 }, () => {
    const builder = defineWorkflow({ name: 'Wide' })
    for (let index = 0; index < 100_000; index++) {
      builder.addJob(`job-${index}`, { run: 'true', needs: index === 0 ? [] : [`job-${index - 1}`] })
    }
    expect(builder.build().jobs).toHaveLength(100_000)
  })
})

describe('the types of a builder', () => {
  const builder = defineWorkflow<{ resize: { width: number }; sweep: undefined }>({ name: 'x' }).job('a', { run: 'a' })

  it('let a job need only those that are there', () => {
    // @ts-expect-error There is no job "b" yet.
    builder.job('c', { run: 'c', needs: ['b'] })
    // @ts-expect-error A job cannot need itself.
    builder.job('d', { run: 'd', needs: ['d'] })
    // @ts-expect-error There is a job "a" already.
    builder.job('a', { run: 'a' })
    expectTypeOf(builder.job<'e'>).toBeCallableWith('e', { run: 'e', needs: ['a'] })
  })

  it('give each handler its own payload', () => {
    builder.job('f', { handler: 'resize', payload: { width: 1 } })
    builder.job('g', { handler: 'sweep' })
    // @ts-expect-error A payload of another handler's type.
    builder.job('h', { handler: 'resize', payload: { height: 1 } })
    // @ts-expect-error No payload.
    builder.job('i', { handler: 'resize' })
    // @ts-expect-error No such handler.
    builder.job('j', { handler: 'shrink', payload: { width: 1 } })
  })
})
