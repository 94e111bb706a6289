// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions are those of workflows.
import { parseWorkflow, WorkflowDefinitionError } from '@sluice/dag'
import { describe, expect, it } from 'vitest'
import { MALFORMED_MEANINGS } from './malformed-workflows/malformed-meanings.ts'
import { MALFORMED_SHAPES } from './malformed-workflows/malformed-shapes.ts'
import { MALFORMED_TEXTS } from './malformed-workflows/malformed-texts.ts'

function errorOf(text: string, file?: string): WorkflowDefinitionError {
  try {
    parseWorkflow(text, { ...(file === undefined ? {} : { file }), variables: { TARGET: 'all' } })
  } catch (error) {
    if (WorkflowDefinitionError.is(error)) return error
    throw error
  }
  throw new Error('the workflow was accepted')
}

describe('parseWorkflow refuses', () => {
  it.each([...MALFORMED_TEXTS, ...MALFORMED_SHAPES, ...MALFORMED_MEANINGS])('$title', ({ text, messages }) => {
    expect(errorOf(text, 'ci.yml').message.split('\n')).toEqual(messages.map((message) => `ci.yml:${message}`))
  })

  it('values that nest without end', () => {
    expect(errorOf('['.repeat(5000)).problems).toMatchObject([{ message: 'the values nest too deeply', line: 1 }])
    const deep = `jobs: { a: { run: a, payload: ${'['.repeat(310)}${']'.repeat(310)} } }`
    expect(errorOf(deep).problems).toMatchObject([{ message: 'the values nest too deeply', line: 1 }])
  })

  it('a payload that nests deeper than a store holds', () => {
    const deep = `jobs: { a: { run: a, payload: ${'['.repeat(258)}${']'.repeat(258)} } }`
    expect(errorOf(deep).message).toMatch(/: must not nest deeper than 256 levels$/)
  })

  it('aliases that make a small text huge', () => {
    const bomb = Array.from({ length: 9 }, (_, index) => {
      const item = index === 0 ? 'x' : `*a${index - 1}`
      return `      a${index}: &a${index} [${Array(9).fill(item).join(', ')}]\n`
    })
    const { problems } = errorOf(`jobs:\n  a:\n    run: a\n    payload:\n${bomb.join('')}`)
    expect(problems).toMatchObject([{ message: 'the aliases stand for more than 100000 values; use fewer', line: 10 }])
  })

  it('everything that is wrong at once, in the order of the text', () => {
    const text = [
      'name: [x]',
      'jobs:',
      '  a: { run: "${{ vars.NO }}", needs: b, timeout: 5 }',
      '  b: { needs: [c, a], if: never }',
      '  "b c": { run: }',
      '  a: { run: x }',
    ].join('\n')
    expect(errorOf(text).problems).toEqual([
      { path: ['name'], line: 1, column: 1, message: expect.stringContaining('not a list') },
      { path: ['jobs', 'a', 'run'], line: 3, column: 8, message: expect.stringContaining('unknown variable "NO"') },
      { path: ['jobs', 'a', 'needs'], line: 3, column: 31, message: expect.stringContaining('a → b → a') },
      { path: ['jobs', 'a', 'timeout'], line: 3, column: 41, message: expect.stringContaining('not 5') },
      { path: ['jobs', 'b'], line: 4, column: 3, message: 'must have "run" or "steps"' },
      { path: ['jobs', 'b', 'needs', 0], line: 4, column: 16, message: 'unknown job "c"' },
      { path: ['jobs', 'b', 'if'], line: 4, column: 23, message: expect.stringContaining('not "never"') },
      { path: ['jobs', 'b c', 'run'], line: 5, column: 12, message: expect.stringContaining('and is empty') },
      { path: ['jobs', 'a'], line: 6, column: 3, message: 'duplicate key; the first is on line 3' },
    ])
  })

  it('says where without a file, and cuts a long list', () => {
    const jobs = Array.from({ length: 60 }, (_, index) => `  j${index}: { run: x, needs: nothing }\n`)
    const { message, problems, file } = errorOf(`jobs:\n${jobs.join('')}`)
    const shown = message.split('\n')
    expect(shown[0]).toBe('line 2, column 17: jobs.j0.needs: unknown job "nothing"')
    expect(shown).toHaveLength(51)
    expect(shown.at(-1)).toBe('… and 10 more')
    expect(problems).toHaveLength(60)
    expect(file).toBeUndefined()
  })
})
