import { assertWorkflow, validateWorkflow, type Workflow, WorkflowDefinitionError, type WorkflowJob } from '@sluice/dag'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryWorkflow } from './arbitrary-workflow.ts'

function job(id: string, needs: readonly string[] = [], more: object = {}): WorkflowJob {
  return {
    id,
    name: id,
    needs,
    command: 'true',
    labels: [],
    priority: 0,
    retryPolicy: { maxRetries: 0, backoff: { kind: 'none' } },
    condition: 'success',
    continueOnError: false,
    ...more,
  }
}

function workflowOf(...jobs: readonly WorkflowJob[]): Workflow {
  return { name: 'test', failFast: false, jobs }
}

/** The lines that a person would read. */
function problemsOf(workflow: unknown): string[] {
  const problems = validateWorkflow(workflow)
  return problems.length === 0 ? [] : new WorkflowDefinitionError(problems).message.split('\n')
}

describe('validateWorkflow', { timeout: 60_000 }, () => {
  it('finds nothing wrong with a valid workflow', () => {
    fc.assert(
      fc.property(arbitraryWorkflow, (workflow) => {
        expect(validateWorkflow(workflow)).toEqual([])
      }),
    )
  })

  it.each<[string, unknown, string[]]>([
    ['nothing', undefined, ['a workflow must be an object']],
    ['a list', [], ['a workflow must be an object']],
    [
      'an empty object',
      {},
      ['name: must be a non-empty string', 'failFast: must be true or false', 'jobs: must be an array of jobs'],
    ],
    ['no jobs', workflowOf(), ['jobs: a workflow needs at least one job']],
    ['a job that is none', workflowOf('build' as never), ['jobs[0]: a job must be an object']],
    ['a job without an id', workflowOf(job(7 as never)), ['jobs[0].id: must be a non-empty string']],
    ['the id __proto__', workflowOf(job('__proto__')), ['jobs[0].id: must not be "__proto__"']],
    ['a long id', workflowOf(job('x'.repeat(256))), ['jobs[0].id: must have at most 255 characters, not 256']],
    ['an id with a tab', workflowOf(job('a\tb')), ['jobs[0].id: must not contain control characters']],
    [
      'needs that are no list',
      workflowOf(job('a', 'b' as never), job('c', ['a'])),
      ['jobs.a.needs: must be an array of ids of jobs'],
    ],
    ['an empty command', workflowOf(job('a', [], { command: '' })), ['jobs.a.command: must be a non-empty string']],
    [
      'a bad label',
      workflowOf(job('a b', [], { labels: ['x', 'y z'] })),
      ['jobs["a b"].labels[1]: must be 1 to 64 of A-Z a-z 0-9 . _ : / = -, not "y z"'],
    ],
    [
      'too many retries',
      workflowOf(job('a', [], { retryPolicy: { maxRetries: 101, backoff: { kind: 'none' } } })),
      ['jobs.a.retryPolicy.maxRetries: must be an integer from 0 to 100, not 101'],
    ],
    [
      'a payload that is not JSON',
      workflowOf(job('a', [], { payload: { items: [1, Number.NaN] } })),
      ['jobs.a.payload.items[1]: must be JSON: NaN is not a JSON number'],
    ],
    [
      'a condition and a flag of other systems',
      workflowOf(job('a', [], { condition: 'never', continueOnError: 'yes' })),
      ['jobs.a.condition: must be success, failure or always', 'jobs.a.continueOnError: must be true or false'],
    ],
    [
      'fields that are missing',
      workflowOf({
        id: 'job',
        name: 'job',
        needs: [],
        command: '',
        condition: 'success',
        continueOnError: false,
      } as never),
      [
        'jobs.job.command: must be a non-empty string',
        'jobs.job.labels: is missing',
        'jobs.job.priority: is missing',
        'jobs.job.retryPolicy: is missing',
      ],
    ],
    [
      'a name with a line break',
      workflowOf(job('a', [], { name: 'a\nb' })),
      ['jobs.a.name: must not contain control characters'],
    ],
    [
      'mistakes in the graph',
      workflowOf(job('a', ['b', 'b', 'a']), job('b', ['bb']), job('a')),
      [
        'jobs.a: another job has the same id',
        'jobs.a.needs[1]: job "b" is listed twice',
        'jobs.a.needs[2]: a job cannot need itself',
        'jobs.b.needs[0]: unknown job "bb"; did you mean "b"?',
      ],
    ],
    [
      'cycles, one for each group of jobs that are on one together',
      workflowOf(
        job('start', ['a']),
        job('b', ['c', 'start']),
        job('a', ['b', 'alone']),
        job('c', ['a']),
        job('x', ['y']),
        job('alone'),
        job('y', ['x', 'a']),
      ),
      [
        'jobs.b.needs[0]: the jobs need each other in a cycle: b → c → a → b',
        'jobs.x.needs[0]: the jobs need each other in a cycle: x → y → x',
      ],
    ],
  ])('refuses %s', (_, workflow, problems) => {
    expect(problemsOf(workflow)).toEqual(problems)
  })

  it('finds a cycle exactly where there is one', () => {
    const edges = fc.uniqueArray(fc.tuple(fc.nat(7), fc.nat(7)), { selector: String, maxLength: 16 })
    fc.assert(
      fc.property(edges, (pairs) => {
        const needs = Array.from({ length: 8 }, (_, from) =>
          pairs.filter(([a, b]) => a === from && b !== from).map(([, b]) => b),
        )
        const reaches = (from: number, to: number, seen = new Set<number>()): boolean =>
          (needs[from] ?? []).some((next) => {
            if (next === to) return true
            if (seen.has(next)) return false
            seen.add(next)
            return reaches(next, to, seen)
          })
        const problems = validateWorkflow(workflowOf(...needs.map((ids, id) => job(`${id}`, ids.map(String)))))
        expect(problems.length > 0).toBe(needs.some((_, id) => reaches(id, id)))
        for (const { message } of problems) {
          const cycle = message.slice(message.lastIndexOf(': ') + 2).split(' → ')
          expect(cycle[0]).toBe(cycle.at(-1))
          for (const [index, id] of cycle.slice(0, -1).entries())
            expect(needs[Number(id)]).toContain(Number(cycle[index + 1]))
        }
      }),
    )
  })

  it.each<[string, (index: number, count: number) => string[]]>([
    ['a chain', (index) => (index === 0 ? [] : [`${index - 1}`])],
    ['a fan-out', (index) => (index === 0 ? [] : ['0'])],
    ['a fan-in', (index, count) => (index < count - 1 ? [] : Array.from({ length: count - 1 }, (_, id) => `${id}`))],
  ])('takes %s of 100,000 jobs', (_, needsOf) => {
    const workflow = workflowOf(
      ...Array.from({ length: 100_000 }, (_, index) => job(`${index}`, needsOf(index, 100_000))),
    )
    const startedAt = performance.now()
    expect(validateWorkflow(workflow)).toEqual([])
    // About 0.3 s; the limit only catches a cost that grows with the square.
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })

  it('finds a cycle of 100,000 jobs, and 100,000 unknown ones, without comparing each with each', () => {
    const cycle = Array.from({ length: 100_000 }, (_, index) => job(`${index}`, [`${(index + 1) % 100_000}`]))
    expect(problemsOf(workflowOf(...cycle))).toEqual([
      'jobs.0.needs[0]: the jobs need each other in a cycle: 0 → 1 → 2 → 3 → 4 → 5 → 6 → 7 → 8 → 9 → 10 → (99989 more) → 0',
    ])
    const unknown = Array.from({ length: 100_000 }, (_, index) => job(`job-${index}`, [`jbo-${index}`]))
    expect(validateWorkflow(workflowOf(...unknown))).toHaveLength(100_000)
  })
})

describe('assertWorkflow', () => {
  it('throws all problems', () => {
    const workflow = workflowOf(job('a', ['b', 'c']))
    expect(() => assertWorkflow(workflow)).toThrow('jobs.a.needs[0]: unknown job "b"\njobs.a.needs[1]: unknown job "c"')
    expect(() => assertWorkflow(workflowOf(job('a')))).not.toThrow()
  })
})

describe('WorkflowDefinitionError', () => {
  it('tells itself from other errors, across copies of the package', () => {
    const error = new WorkflowDefinitionError([{ path: [], message: 'no' }], 'ci.yml')
    expect(WorkflowDefinitionError.is(error)).toBe(true)
    expect(WorkflowDefinitionError.is(new Error('no'))).toBe(false)
    expect(error).toMatchObject({ name: 'WorkflowDefinitionError', code: 'VALIDATION', message: 'ci.yml: no' })
  })
})
