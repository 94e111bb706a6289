import { readFileSync } from 'node:fs'
import type { Options } from 'tsup'
import { entriesOf } from './entries.ts'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))

export const library = {
  entry: entriesOf(manifest),
  format: 'esm',
  target: 'node22',
  platform: 'node',
  sourcemap: true,
  clean: true,
  loader: { '.sql': 'text', '.lua': 'text' },
  // Declarations are built against the dependencies' built ones, as a user of the packages sees them.
  dts: { compilerOptions: { customConditions: [] } },
} satisfies Options
