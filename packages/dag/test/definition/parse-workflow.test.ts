// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions are those of workflows.
import { type ParseWorkflowOptions, parseWorkflow } from '@sluice/dag'
import { describe, expect, it } from 'vitest'

const DEFAULTS = {
  needs: [],
  labels: [],
  priority: 0,
  retryPolicy: { maxRetries: 0, backoff: { kind: 'none' } },
  condition: 'success',
  continueOnError: false,
}

/** Parses the fields of one job, and returns the job. */
function parseJob(fields: string, options?: ParseWorkflowOptions) {
  const text = `jobs:\n  build:\n${fields.replaceAll(/^/gm, '    ')}\n`
  return parseWorkflow(text, options).jobs[0]
}

describe('parseWorkflow', () => {
  it('fills in the defaults', () => {
    expect(parseWorkflow('jobs: { build: { run: make } }')).toEqual({
      name: 'workflow',
      failFast: false,
      jobs: [{ id: 'build', name: 'build', command: 'make', ...DEFAULTS }],
    })
  })

  it('takes what a text holds for the text', () => {
    const definition = {
      name: 'w',
      env: { A: 1 },
      jobs: { b: { run: 'make ${{ vars.what }}' }, a: { run: 'x', needs: 'b' } },
    }
    const options = { variables: { what: 'all' } }
    expect(parseWorkflow(definition, options)).toEqual(parseWorkflow(JSON.stringify(definition), options))
  })

  it('tells what is wrong with an object, and where but for the line', () => {
    const parse = () => parseWorkflow({ jobs: { a: { run: 'x', needs: 'c' }, b: { steps: [{}] } } })
    expect(parse).toThrow(/^jobs\.b\.steps\[0\]\.run: .*\njobs\.a\.needs: unknown job "c"$/)
  })

  it('refuses an object that nests without end', () => {
    let deep: object = {}
    for (let level = 0; level < 100_000; level++) deep = { deep }
    expect(() => parseWorkflow({ jobs: { a: { run: 'x', payload: deep } } })).toThrow(/must not nest deeper/)
  })

  it('reads every field', () => {
    const text = `
$schema: ./workflow.schema.json
name: Release
fail-fast: true
jobs:
  compile:
    run: make
  check:
    name: Check style
    needs: compile
    if: failure()
    run: check-style
    payload: { files: [a, b], strict: true, level: 3, until: null }
    labels: [linux, arch=arm64, linux]
    retries: { max: 5, backoff: { kind: exponential, base: 500ms, max: 1h30m, jitter: true } }
    timeout: 1.5h
    priority: 10
    continue-on-error: true
`
    expect(parseWorkflow(text)).toEqual({
      name: 'Release',
      failFast: true,
      jobs: [
        { id: 'compile', name: 'compile', command: 'make', ...DEFAULTS },
        {
          id: 'check',
          name: 'Check style',
          needs: ['compile'],
          condition: 'failure',
          command: 'check-style',
          payload: { files: ['a', 'b'], strict: true, level: 3, until: null },
          labels: ['arch=arm64', 'linux'],
          retryPolicy: {
            maxRetries: 5,
            backoff: { kind: 'exponential', baseMs: 500, maxMs: 5_400_000, jitter: true },
          },
          timeoutMs: 5_400_000,
          priority: 10,
          continueOnError: true,
        },
      ],
    })
  })

  it('reads JSON, also indented with tabs, and with a byte order mark', () => {
    const workflow = { name: 'Release', jobs: { build: { run: 'make\n', labels: ['linux'] } } }
    const text = JSON.stringify(workflow, null, '\t')
    expect(parseWorkflow(`\uFEFF${text}`)).toEqual(parseWorkflow(JSON.stringify(workflow)))
    expect(parseWorkflow(text).jobs[0]).toMatchObject({ command: 'make\n', labels: ['linux'] })
  })

  it('reads lines that end as on Windows', () => {
    expect(parseWorkflow('jobs:\r\n  build:\r\n    run: |\r\n      make\r\n      make test\r\n').jobs[0]?.command).toBe(
      'make\nmake test\n',
    )
  })

  it('takes the name from the file where it is not given', () => {
    expect(parseWorkflow('jobs: { a: { run: a } }', { file: '/ci/nightly.build.yml' }).name).toBe('nightly.build')
    expect(parseWorkflow('jobs: { a: { run: a } }', { file: 'C:\\ci\\nightly.json' }).name).toBe('nightly')
  })

  it('keeps the jobs in the order of the text, also with numbers for ids', () => {
    const text = 'jobs: { 10: { run: a }, 9: { run: a }, x: { run: a }, 1.10: { run: a, needs: "10" } }'
    expect(parseWorkflow(text).jobs.map(({ id }) => id)).toEqual(['10', '9', 'x', '1.10'])
  })

  it('takes hostile ids as they are', () => {
    const ids = ['constructor', 'toString', 'a b', '"', '${x}', '<<', 'null', '~', '-', '日本', 'a: b', '#', '*']
    const jobs = ids.map((id) => `  ${JSON.stringify(id)}: { run: a }\n`)
    expect(parseWorkflow(`jobs:\n${jobs.join('')}`).jobs.map(({ id }) => id)).toEqual(ids)
  })

  it('copies what an alias stands for', () => {
    const text = `jobs:
  a: &a { run: &script make, labels: &labels [x, y] }
  b: { run: *script, labels: *labels, needs: &script a }
  c: *a
  d: { run: x, needs: *script }`
    expect(parseWorkflow(text).jobs).toMatchObject([
      { id: 'a', command: 'make', labels: ['x', 'y'] },
      { id: 'b', command: 'make', labels: ['x', 'y'], needs: ['a'] },
      { id: 'c', command: 'make', labels: ['x', 'y'] },
      { id: 'd', needs: ['a'] },
    ])
  })

  it.each(['success', 'success()', ' ${{ success() }} ', '${{success}}'])('takes %j for success', (text) => {
    expect(parseJob(`run: a\nif: "${text}"`)?.condition).toBe('success')
  })

  it.each([
    ['failure()', 'failure'],
    ['${{ always() }}', 'always'],
  ])('takes %j for %s', (text, condition) => {
    expect(parseJob(`run: a\nif: ${text}`)?.condition).toBe(condition)
  })

  it.each([
    ['3', { maxRetries: 3, backoff: { kind: 'none' } }],
    ['{ max: 2 }', { maxRetries: 2, backoff: { kind: 'none' } }],
    ['{ max: 2, backoff: none }', { maxRetries: 2, backoff: { kind: 'none' } }],
    ['{ max: 2, backoff: { kind: none } }', { maxRetries: 2, backoff: { kind: 'none' } }],
    [
      '{ max: 2, backoff: { kind: fixed, delay: 10s } }',
      { maxRetries: 2, backoff: { kind: 'fixed', delayMs: 10_000 } },
    ],
    [
      '{ max: 2, backoff: { kind: exponential, base: 0s, max: 1m } }',
      { maxRetries: 2, backoff: { kind: 'exponential', baseMs: 0, maxMs: 60_000 } },
    ],
  ])('reads the retries %s', (text, retryPolicy) => {
    expect(parseJob(`run: a\nretries: ${text}`)?.retryPolicy).toEqual(retryPolicy)
  })

  it('reads runs-on as labels', () => {
    expect(parseJob('run: a\nruns-on: ubuntu-24.04')?.labels).toEqual(['ubuntu-24.04'])
  })

  it('takes numbers and booleans of env as they are written', () => {
    const fields = 'run: a\nenv: { A: 1.10, B: 0x1F, C: true, D: 12345678901234567890, E: "1.10", F: "" }'
    expect(parseJob(fields)?.command).toBe(
      `set -e\nexport A='1.10'\nexport B='0x1F'\nexport C='true'\nexport D='12345678901234567890'\nexport E='1.10'\nexport F=''\na`,
    )
  })

  it('lets the env of a job win over that of the workflow', () => {
    const text = 'env: { A: 1, B: 2 }\njobs: { a: { run: a, env: { B: 3 } } }'
    expect(parseWorkflow(text).jobs[0]?.command).toBe("set -e\nexport A='1'\nexport B='3'\na")
  })

  it('leaves the command of a handler alone', () => {
    const text = 'env: { A: 1 }\njobs: { a: { run: resize, payload: null } }'
    expect(parseWorkflow(text).jobs[0]).toMatchObject({ command: 'resize', payload: null })
  })

  it('makes a script of steps', () => {
    const command = parseJob('steps:\n  - run: make\n    env: { A: 1 }\n  - { name: Test, run: make test }')?.command
    expect(command).toContain("printf '%s\\n' '==> make (1/2)'\n")
    expect(command).toContain("export A='1'\n")
    expect(command).toContain("printf '%s\\n' '==> Test (2/2)'\n")
  })

  it('parses 2,000 jobs in a fraction of a second', { timeout: 60_000 }, () => {
    const jobs = Array.from({ length: 2000 }, (_, index) => {
      const needs = index < 2 ? '[]' : `[job-${index - 1}, job-${index - 2}]`
      return `  job-${index}:\n    name: Job ${index}\n    needs: ${needs}\n    run: sleep 0.01\n    timeout: 5m\n`
    })
    const startedAt = performance.now()
    expect(parseWorkflow(`jobs:\n${jobs.join('')}`).jobs).toHaveLength(2000)
    // About 0.15 s; the limit only catches a cost that grows with the square.
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })
})

describe('variables', () => {
  const variables = { TARGET: 'all', 'a-b': "it's ${{ vars.TARGET }}" }

  it('stand in names, scripts, env and payloads', () => {
    const text = `
name: Build \${{ vars.TARGET }}
env: { T: "\${{vars.TARGET}}" }
jobs:
  a:
    name: \${{ vars.TARGET }}
    run: make \${{ vars.TARGET }} \${{ vars.TARGET }}
  b:
    env: { T: "<\${{ vars.TARGET }}>" }
    steps:
      - { name: "\${{ vars.TARGET }}", run: "make \${{ vars.TARGET }}", env: { S: "\${{ vars.TARGET }}" } }
  c:
    run: handle-\${{ vars.TARGET }}
    payload: { to: [{ target: "\${{ vars.TARGET }}" }] }
`
    const { name, jobs } = parseWorkflow(text, { variables })
    expect(name).toBe('Build all')
    expect(jobs[0]).toMatchObject({ name: 'all', command: "set -e\nexport T='all'\nmake all all" })
    expect(jobs[1]?.command).toContain("export T='<all>'")
    expect(jobs[1]?.command).toContain("'==> all (1/1)'")
    expect(jobs[1]?.command).toContain("export S='all'")
    expect(jobs[1]?.command).toContain("eval 'make all'")
    expect(jobs[2]).toMatchObject({ command: 'handle-all', payload: { to: [{ target: 'all' }] } })
  })

  it('are put in once and as they are', () => {
    expect(parseJob('run: echo ${{ vars.a-b }}', { variables })?.command).toBe("echo it's ${{ vars.TARGET }}")
  })

  it('can be written as they are with a dollar before them', () => {
    expect(parseJob('run: $${{ vars.TARGET }} $$${{ x', { variables })?.command).toBe('${{ vars.TARGET }} $${{ x')
  })

  it('are not taken from a prototype', () => {
    expect(() => parseJob('run: ${{ vars.toString }}', { variables })).toThrow('unknown variable "toString"')
  })
})
