import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { expect, it } from 'vitest'
import { exportNames } from '../src/export-names.ts'
import { publishedPackages, workspaceRoot } from '../src/published-package.ts'

const entries = publishedPackages().flatMap(({ sources }) => Object.entries(sources))

// A new name here is a promise to users: review it as one, then update the snapshot with `vitest run -u`.
it.each(entries)('%s exports no more and no less than agreed', (_entry, source) => {
  const file = relative(workspaceRoot, source)
  expect(existsSync(source), `${file} is an entry in the package.json, but does not exist`).toBe(true)
  expect(exportNames(file, readFileSync(source, 'utf8'))).toMatchSnapshot()
})
