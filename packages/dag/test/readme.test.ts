import { readFileSync } from 'node:fs'
import { parseWorkflow } from '@sluice/dag'
import { describe, expect, it } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const workflows = [...readme.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text]) => text as string)

describe('the README', () => {
  it.each(workflows)('has a valid workflow: %s', (text) => {
    expect(() => parseWorkflow(text, { file: 'README.md', variables: { VERSION: 'next' } })).not.toThrow()
  })

  it('names every field of the JSON Schema in its tables', () => {
    const schema = JSON.parse(readFileSync(new URL('../workflow.schema.json', import.meta.url), 'utf8'))
    const { properties } = schema
    const fields = [...Object.keys(properties), ...Object.keys(properties.jobs.additionalProperties.properties)]
    const named = new Set([...readme.matchAll(/`([\w$-]+)`/g)].map(([, name]) => name))
    expect(fields.filter((field) => !named.has(field))).toEqual([])
  })
})
