import { readdir, readFile } from 'node:fs/promises'
import { backendContract } from '@sluice/core/contract'
import { expect, test } from 'vitest'
import { createSuite } from '../src/contract/suite.ts'

const sources = new URL('../src/contract/', import.meta.url)
const document = new URL('../../../docs/contract.md', import.meta.url)

/** Collects the titles of the tests that are registered, without running one. */
function titlesOf(register: (runner: Parameters<typeof backendContract>[0], faults: object | null) => void): string[] {
  const titles = new Set<string>()
  const runner = { describe: (_: string, define: () => void) => define(), it: (title: string) => titles.add(title) }
  for (const faults of [null, {}]) register(runner, faults)
  return [...titles]
}

const titles = titlesOf((runner, faults) => backendContract(runner, { name: 'any', faults } as never))

test('every rule of the document has a test, and every test has a rule of the document', async () => {
  const rules = [...(await readFile(document, 'utf8')).matchAll(/^- \*\*([A-Z]{3}-\d+)\*\*/gm)].map(([, id]) => id)
  const tested = titles.map((title) => /\[([A-Z]{3}-\d+)\]$/.exec(title)?.[1] ?? title)
  expect(rules).toHaveLength(new Set(rules).size)
  expect([...new Set(tested)].sort()).toEqual([...rules].sort())
})

test('every section is registered', async () => {
  for (const file of await readdir(sources)) {
    const exported: Record<string, (suite: object) => void> = await import(new URL(file, sources).href)
    for (const [name, section] of Object.entries(exported).filter(([name]) => name.endsWith('Section'))) {
      const own = titlesOf((runner, faults) => section(createSuite(runner, { faults } as never, {} as never)))
      expect(own.length, name).toBeGreaterThan(0)
      expect(titles).toEqual(expect.arrayContaining(own))
    }
  }
})
