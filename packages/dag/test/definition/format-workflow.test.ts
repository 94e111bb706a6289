import { formatWorkflow, parseWorkflow, validateWorkflow } from '@sluice/dag'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryWorkflow } from '../arbitrary-workflow.ts'

describe('formatWorkflow', () => {
  it('leaves out defaults', () => {
    const text = `name: Release
fail-fast: true
jobs:
  build:
    run: |
      make
      make test
  report:
    name: Report it
    needs: build
    if: always()
    labels:
      - a
      - b
    priority: 3
    retries:
      max: 2
      backoff:
        kind: fixed
        delay: 1m30s
    timeout: 1h
    continue-on-error: true
    run: report
    payload:
      to: ops
`
    expect(formatWorkflow(parseWorkflow(text))).toBe(text)
  })

  it('writes what parseWorkflow reads back', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(arbitraryWorkflow, (workflow) => {
        expect(validateWorkflow(workflow)).toEqual([])
        const text = formatWorkflow(workflow)
        expect(parseWorkflow(text)).toEqual(workflow)
      }),
      { numRuns: 200 },
    )
  })
})
