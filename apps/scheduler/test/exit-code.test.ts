import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { runExitCode, signalExitCode } from '../src/exit-code.ts'

describe('signalExitCode', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGPIPE', 141],
  ])('gives for %s what a shell does', (signal, exitCode) => {
    assert.equal(signalExitCode(signal), exitCode)
  })
})

describe('runExitCode', () => {
  it('tells success from failure', () => {
    assert.equal(runExitCode('succeeded', undefined), 0)
    assert.equal(runExitCode('failed', undefined), 1)
    assert.equal(runExitCode('cancelled', undefined), 1)
  })

  it('tells the signal that cancelled the run', () => {
    assert.equal(runExitCode('cancelled', 'SIGTERM'), 143)
  })

  it('tells how the run ended where the signal came too late', () => {
    assert.equal(runExitCode('succeeded', 'SIGINT'), 0)
    assert.equal(runExitCode('failed', 'SIGINT'), 1)
  })
})
