import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')

function run(...files: string[]) {
  const root = join(import.meta.dirname, 'fixtures')
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', '--root', root, ...files], {
    encoding: 'utf8',
  })
  return { lastLine: stdout.trimEnd().split('\n').at(-1), status }
}

describe('the last line of a run', { timeout: 30_000 }, () => {
  it('counts the tests that passed', () => {
    expect(run('passes')).toEqual({ lastLine: '2 passed, 0 failed', status: 0 })
  })

  it('counts failed tests, failed hooks and the tests that these kept from running', () => {
    expect(run('fails')).toEqual({ lastLine: '1 passed, 2 failed, 1 skipped', status: 1 })
  })

  it('counts a file that does not load as a failure', () => {
    expect(run('passes', 'does-not-load')).toEqual({ lastLine: '2 passed, 1 failed', status: 1 })
  })

  it('is there even if no test was found', () => {
    expect(run('no-such-file')).toEqual({ lastLine: '0 passed, 0 failed', status: 1 })
  })
})
