import { expect, it } from 'vitest'
import { entriesOf } from '../src/entries.ts'

it('builds each export from its source, and each bin from the file of its name', () => {
  const entries = entriesOf({
    exports: {
      '.': { '@sluice/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
      './contract': { '@sluice/source': './src/contract/index.ts', default: './dist/contract/index.js' },
      './package.json': './package.json',
    },
    bin: { sluice: './dist/cli.js' },
  })
  expect(entries).toEqual({
    index: './src/index.ts',
    'contract/index': './src/contract/index.ts',
    cli: './src/cli.ts',
  })
})
