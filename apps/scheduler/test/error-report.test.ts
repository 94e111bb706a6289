import assert from 'node:assert/strict'
import { BackendUnavailableError, ValidationError } from '@sluice/core'
import { WorkflowDefinitionError } from '@sluice/dag'
import { describe, it } from 'vitest'
import { describeError } from '../src/error-report.ts'
import { InputError } from '../src/input-error.ts'

describe('describeError', () => {
  it('tells what is wrong with the input, and nothing else', () => {
    const { text, exitCode } = describeError(new InputError('cannot read a.yml: no such file'), {})
    assert.equal(text, 'sluice: cannot read a.yml: no such file\n')
    assert.equal(exitCode, 2)
  })

  it('takes a limit of the contract for what it is: a matter of the input', () => {
    const { text, exitCode } = describeError(new ValidationError('jobs', 'must be at most 3'), {})
    assert.equal(text, 'sluice: jobs must be at most 3\n')
    assert.equal(exitCode, 2)
  })

  it('lists the problems of a workflow as compilers do', () => {
    const problem = { path: ['jobs', 'a', 'needs'], message: 'unknown job "b"', line: 3, column: 5 }
    const { text, exitCode } = describeError(new WorkflowDefinitionError([problem], 'ci.yml'), {})
    assert.equal(text, 'ci.yml:3:5: jobs.a.needs: unknown job "b"\n')
    assert.equal(exitCode, 2)
  })

  it('tells of a store in one line', () => {
    const { text, exitCode } = describeError(new BackendUnavailableError('the store'), {})
    assert.match(text, /^sluice: the store is unavailable; .* \(SLUICE_DEBUG=1 shows the details\)\n$/)
    assert.equal(exitCode, 70)
  })

  it('gives the reason that the driver of a store gave', () => {
    const cause = new Error('password authentication failed')
    const { text } = describeError(new BackendUnavailableError('the store', { cause }), {})
    assert.match(text, /it is back: password authentication failed \(/)
  })

  it('shows the stack of an unexpected error only if asked', () => {
    const error = new TypeError('x is not a function')
    const short = 'sluice: unexpected error: x is not a function (SLUICE_DEBUG=1 shows the details)\n'
    assert.equal(describeError(error, {}).text, short)
    assert.match(describeError(error, { SLUICE_DEBUG: '1' }).text, /TypeError: x is not a function\n {4}at /)
    assert.equal(describeError('odd', {}).text, 'sluice: unexpected error: odd (SLUICE_DEBUG=1 shows the details)\n')
  })
})
