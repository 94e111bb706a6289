import { workflowJsonSchema } from '@sluice/dag'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { MALFORMED_MEANINGS } from './malformed-workflows/malformed-meanings.ts'
import { MALFORMED_SHAPES } from './malformed-workflows/malformed-shapes.ts'

const schema = workflowJsonSchema()
const isValid = new Ajv({ strict: false }).compile(schema)

describe('the JSON Schema of workflows', () => {
  it('is the one that the package ships (write it with vitest --update)', async () => {
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../workflow.schema.json')
  })

  it.each(MALFORMED_SHAPES)('refuses $title', ({ text }) => {
    expect(isValid(parse(text))).toBe(false)
  })

  it.each(MALFORMED_MEANINGS)('leaves $title to the parser', ({ text }) => {
    expect(isValid(parse(text)), JSON.stringify(isValid.errors)).toBe(true)
  })

  it('accepts what the parser accepts', () => {
    const text = `
$schema: ./workflow.schema.json
name: Release
env: { A: 1.5, B: true, C: "" }
fail-fast: true
jobs:
  build:
    needs: []
    runs-on: linux
    steps:
      - run: make
      - { name: Test, run: make test, env: { CI: true } }
  check:
    name: Check style
    needs: build
    if: \${{ failure() }}
    run: check-style
    payload: { files: [a, b], until: null }
    labels: [linux, arch=arm64]
    retries: { max: 5, backoff: { kind: exponential, base: 500ms, max: 1h30m, jitter: true } }
    timeout: 1.5h
    priority: 10
    continue-on-error: true
  report:
    needs: [build, check]
    if: always
    run: report
    env: { TO: ops }
    retries: 3
`
    expect(isValid(parse(text)), JSON.stringify(isValid.errors)).toBe(true)
  })

  it('describes every field', () => {
    const missing: string[] = []
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return
      for (const [key, value] of Object.entries(node)) {
        if (key === 'examples') continue
        if (key === 'properties') {
          for (const [name, field] of Object.entries(value as Record<string, { description?: string }>))
            if (!field.description) missing.push(`${path}.${name}`)
        }
        visit(value, `${path}.${key}`)
      }
    }
    visit(schema, '')
    expect(missing).toEqual([])
  })
})
