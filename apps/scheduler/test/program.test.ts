import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, it, vi } from 'vitest'
import { InputError } from '../src/input-error.ts'
import { runProgram } from '../src/program.ts'

const file = fileURLToPath(new URL('fixtures/succeeding.yml', import.meta.url))

describe('runProgram', () => {
  let printed: string

  beforeEach(() => {
    printed = ''
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      printed += text
      return true
    })
  })

  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each([
    [['rnu', file], /unknown command 'rnu'\n\(Did you mean run\?\)/],
    [['run', file, '--concurency', '2'], /unknown option '--concurency'\n\(Did you mean --concurrency\?\)/],
    [['run'], /missing required argument 'file'/],
    [['run', file, 'more.yml'], /too many arguments for 'run'/],
    [['run', file, '-c', '0'], /Give a whole number from 1 to 10000\./],
    [['run', file, '--var', 'x'], /Write it as NAME=VALUE\./],
    [['run', file, '--labels', 'a b'], /must be 1 to 64 of A-Z a-z 0-9/],
    [['run', file, '--json', '--plain'], /'--json' cannot be used with option '--plain'/],
    [['graph', file, '-f', 'svg'], /Allowed choices are mermaid, dot\./],
    [['import', 'wfformat', file, '--divisor', '-1'], /Give a number above 0\./],
    [['validate'], /missing required argument 'files'/],
    [[], /Usage: sluice/],
  ])('refuses %j, and says how it is right', async (args, message) => {
    assert.equal(await runProgram(args), 2)
    assert.match(printed, message)
  })

  it.each([
    [
      ['run', file, '--backend', 'oracle://host'],
      'there is no backend "oracle://host"; use one of: memory, redis, rediss, postgres, postgresql, pglite',
    ],
    [['run', file, '--cwd', 'nowhere'], '--cwd nowhere is not a folder'],
    [['validate', '-', file, '-'], 'standard input can be read only once; name - once among the files'],
    [['run', 'missing.yml'], 'cannot read missing.yml: no such file or directory'],
  ])('rejects %j for whoever prints errors', async (args, message) => {
    await assert.rejects(runProgram(args), new InputError(message))
    assert.equal(printed, '')
  })
})
