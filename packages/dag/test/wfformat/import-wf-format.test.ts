import { formatWorkflow, importWfFormat, parseWorkflow, type Workflow } from '@sluice/dag'
import { describe, expect, it } from 'vitest'

/** The same three tasks in each format: split, then two that need it, the last also the second. */
const WF_FORMAT_14 = {
  name: 'blast',
  schemaVersion: '1.4',
  workflow: {
    makespanInSeconds: 10,
    tasks: [
      { name: 'split_1', id: 'ID1', type: 'compute', parents: [], children: ['search_1'], runtimeInSeconds: 1.5 },
      { name: 'search_1', id: 'ID2', type: 'compute', parents: ['split_1'], runtimeInSeconds: 100, cores: 2 },
      { name: 'join_1', id: 'ID3', type: 'auxiliary', parents: ['split_1', 'search_1'], runtimeInSeconds: 0 },
    ],
  },
}

const WF_FORMAT_15 = {
  name: 'blast',
  schemaVersion: '1.5',
  workflow: {
    specification: {
      tasks: [
        { name: 'split', id: 'split_1', parents: [], children: ['search_1', 'join_1'] },
        { name: 'search', id: 'search_1', parents: ['split_1'], children: ['join_1'] },
        { name: 'join', id: 'join_1', parents: ['split_1', 'search_1'], children: [] },
      ],
    },
    execution: {
      makespanInSeconds: 10,
      executedAt: '2024-01-01T00:00:00Z',
      tasks: [
        { id: 'join_1', runtimeInSeconds: 0 },
        { id: 'split_1', runtimeInSeconds: 1.5, coreCount: 1 },
        { id: 'search_1', runtimeInSeconds: 100 },
      ],
    },
  },
}

const NEUTRAL = {
  id: 'blast-1',
  name: 'blast',
  source: 'made for this test',
  jobs: [
    { id: 'split_1', name: 'split', needs: [], runtimeMs: 1500, cores: 1, category: 'split' },
    { id: 'search_1', name: 'search', needs: ['split_1'], runtimeMs: 100_000, cores: 2, category: 'search' },
    { id: 'join_1', needs: ['split_1', 'search_1'], runtimeMs: 0 },
  ],
}

function shapeOf(workflow: Workflow) {
  return workflow.jobs.map(({ id, needs, command }) => [id, needs, command])
}

const SHAPE = [
  ['split_1', [], 'sleep 1.5'],
  ['search_1', ['split_1'], 'sleep 100'],
  ['join_1', ['split_1', 'search_1'], 'sleep 0'],
]

describe('importWfFormat', () => {
  it.each([
    ['WfFormat 1.4', WF_FORMAT_14, ['split_1', 'search_1', 'join_1']],
    ['WfFormat 1.5', WF_FORMAT_15, ['split', 'search', 'join']],
    ['WfFormat 1.6', { ...WF_FORMAT_15, schemaVersion: '1.6' }, ['split', 'search', 'join']],
    ['plain jobs', NEUTRAL, ['split', 'search', 'join_1']],
  ])('reads %s, as text and as a value', (_, file, names) => {
    const workflow = importWfFormat(file)
    expect(workflow.name).toBe('blast')
    expect(shapeOf(workflow)).toEqual(SHAPE)
    expect(workflow.jobs.map(({ name }) => name)).toEqual(names)
    expect(importWfFormat(`\uFEFF${JSON.stringify(file)}`)).toEqual(workflow)
  })

  it('divides the runtimes, leaving at least a millisecond', () => {
    const commands = (divisor: number) => importWfFormat(NEUTRAL, { divisor }).jobs.map(({ command }) => command)
    expect(commands(1000)).toEqual(['sleep 0.002', 'sleep 0.1', 'sleep 0'])
    expect(commands(1e9)).toEqual(['sleep 0.001', 'sleep 0.001', 'sleep 0'])
    expect(commands(0.5)).toEqual(['sleep 3', 'sleep 200', 'sleep 0'])
  })

  it('gives the runtime to a handler instead', () => {
    const [job] = importWfFormat(NEUTRAL, { divisor: 10, handler: 'pause' }).jobs
    expect(job).toMatchObject({ command: 'pause', payload: { ms: 150 } })
  })

  it('makes a workflow that can be written and read', () => {
    const workflow = importWfFormat(WF_FORMAT_15, { divisor: 7 })
    expect(parseWorkflow(formatWorkflow(workflow))).toEqual(workflow)
  })

  it('tells tasks of 1.4 apart by their ids where names repeat', () => {
    const tasks = [
      { name: 'a', id: '1', parents: [], runtimeInSeconds: 1 },
      { name: 'a', id: '2', parents: ['1'], runtimeInSeconds: 1 },
    ]
    expect(shapeOf(importWfFormat({ name: 'x', workflow: { tasks } }))).toEqual([
      ['1', [], 'sleep 1'],
      ['2', ['1'], 'sleep 1'],
    ])
  })

  it('finds tasks of 1.4 by their ids, too', () => {
    const tasks = [
      { name: 'a', id: '1', runtimeInSeconds: 1 },
      { name: 'b', id: '2', parents: ['1'], runtimeInSeconds: 1 },
    ]
    expect(importWfFormat({ name: 'x', workflow: { tasks } }).jobs[1]?.needs).toEqual(['a'])
  })
})

describe('importWfFormat refuses', () => {
  const task = { name: 'a', id: 'a', parents: [], runtimeInSeconds: 1 }
  const of = (...tasks: unknown[]) => ({ name: 'x', workflow: { tasks } })

  it.each<[string, unknown, string]>([
    ['broken JSON', '{ "name": ', 'w.json: not valid JSON: Unexpected end of JSON input'],
    [
      'other JSON',
      { name: 'x' },
      'w.json: this is no recorded workflow: it has neither "workflow.specification" (WfFormat 1.5 and 1.6), nor "workflow.tasks" (1.4), nor "jobs"',
    ],
    ['no name', { workflow: { tasks: [task] } }, 'w.json: name: must be text, and is missing'],
    ['no tasks', of(), 'w.json: jobs: a workflow needs at least one job'],
    [
      'a task without a runtime',
      of(task, { name: 'b' }),
      'w.json: workflow.tasks[1].runtimeInSeconds: must be a number, 0 or more, and is missing',
    ],
    [
      'a negative runtime',
      of({ ...task, runtimeInSeconds: -1 }),
      'w.json: workflow.tasks[0].runtimeInSeconds: must be a number, 0 or more, not -1',
    ],
    [
      'an unknown parent',
      of({ ...task, name: 'align' }, { ...task, parents: ['algin'] }),
      'w.json: workflow.tasks[1].parents[0]: unknown task "algin"; did you mean "align"?',
    ],
    [
      'a task that was not executed',
      { ...WF_FORMAT_15, workflow: { ...WF_FORMAT_15.workflow, execution: { tasks: [] } } },
      [
        'w.json: workflow.specification.tasks[0]: "workflow.execution.tasks" has no runtime of task "split_1"',
        'w.json: workflow.specification.tasks[1]: "workflow.execution.tasks" has no runtime of task "search_1"',
        'w.json: workflow.specification.tasks[2]: "workflow.execution.tasks" has no runtime of task "join_1"',
      ].join('\n'),
    ],
    [
      'a specification without its execution',
      { name: 'x', workflow: { specification: { tasks: [] } } },
      'w.json: workflow.execution: must be a mapping, and is missing',
    ],
    [
      'two jobs with one id',
      { name: 'x', jobs: [NEUTRAL.jobs[0], NEUTRAL.jobs[0]] },
      'w.json: jobs.split_1: another job has the same id',
    ],
    [
      'a cycle',
      of({ ...task, parents: ['b'] }, { ...task, name: 'b', parents: ['a'] }),
      'w.json: jobs.a.needs[0]: the jobs need each other in a cycle: a → b → a',
    ],
  ])('%s', (_, file, message) => {
    expect(() => importWfFormat(file, { file: 'w.json' })).toThrow(expect.objectContaining({ message }))
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('the divisor %d', (divisor) => {
    expect(() => importWfFormat(NEUTRAL, { divisor })).toThrow(`divisor must be a number above 0, not ${divisor}`)
  })
})
