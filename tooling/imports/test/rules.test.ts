import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkImports } from '../src/check-imports.ts'
import { rules } from '../src/rules.ts'

const packages = {
  '@sluice/core': 'packages/core',
  '@sluice/queue-memory': 'packages/queue-memory',
  '@sluice/queue-redis': 'packages/queue-redis',
  '@sluice/dag': 'packages/dag',
  '@sluice/scheduler': 'apps/scheduler',
  '@sluice-tooling/vitest': 'tooling/vitest',
}
const manifest = {
  exports: { '.': { '@sluice/source': './src/index.ts', default: './dist/index.js' } },
  dependencies: Object.fromEntries(Object.keys(packages).map((name) => [name, 'workspace:^'])),
  devDependencies: { 'only-for-tests': '1.0.0' },
}

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-imports-'))
  for (const [name, folder] of Object.entries(packages)) {
    await write(`${folder}/package.json`, JSON.stringify({ name, type: 'module', ...manifest }))
    await write(`${folder}/src/index.ts`, 'export const a = 1')
    const link = join(root, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(root, folder), link)
  }
  for (const name of ['only-for-tests', 'of-another-package']) {
    await write(`node_modules/${name}/package.json`, JSON.stringify({ name, exports: './index.js' }))
    await write(`node_modules/${name}/index.js`, 'export const a = 1')
  }
})

afterEach(async () => {
  await rm(root, { recursive: true })
})

async function write(path: string, text: string) {
  const file = join(root, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

async function rulesBrokenBy(path: string, ...imported: string[]) {
  await write(path, imported.map((name) => `import '${name}'`).join('\n'))
  const violations = await checkImports(root)
  return violations.map(({ rule }) => rule)
}

const breaches: [rule: string, file: string, imported: string][] = [
  ['core-imports-nothing-of-ours', 'packages/core/src/job.ts', '@sluice/dag'],
  ['core-imports-nothing-of-ours', 'packages/core/test/job.test.ts', '@sluice/queue-memory'],
  ['packages-import-only-core', 'packages/queue-redis/src/claim.ts', '@sluice/queue-memory'],
  ['packages-import-only-core', 'packages/dag/src/run.ts', '@sluice/queue-memory'],
  ['minimal-backend-imports-only-core', 'tooling/minimal-backend/src/claim.ts', '@sluice/queue-memory'],
  ['minimal-backend-imports-only-core', 'tooling/minimal-backend/src/claim.ts', '@sluice-tooling/vitest'],
  ['tests-import-only-core-and-queue-memory', 'packages/dag/test/run.test.ts', '@sluice/queue-redis'],
  ['nothing-imports-an-app', 'packages/dag/src/run.ts', '@sluice/scheduler'],
  ['nothing-imports-an-app', 'tooling/vitest/src/run.ts', '@sluice/scheduler'],
  ['no-tooling-at-run-time', 'apps/scheduler/src/run.ts', '@sluice-tooling/vitest'],
  ['no-relative-import-across-packages', 'packages/dag/src/run.ts', '../../core/src/index.ts'],
  ['source-imports-only-declared-dependencies', 'packages/dag/src/run.ts', 'only-for-tests'],
  ['source-imports-only-declared-dependencies', 'packages/dag/src/run.ts', 'of-another-package'],
  ['no-cycles', 'packages/dag/src/run.ts', './run.ts'],
  ['no-unresolvable-imports', 'packages/dag/src/run.ts', './no-such-file.ts'],
]

describe('an import that breaks a rule', () => {
  it.each(breaches)('%s: %s imports %s', async (rule, file, imported) => {
    expect(await rulesBrokenBy(file, imported)).toContain(rule)
  })

  it('is told even if it imports only a type', async () => {
    await write('packages/core/src/job.ts', "import type { a } from '@sluice/dag'\nexport type B = typeof a")
    expect(await checkImports(root)).toEqual([
      { rule: 'core-imports-nothing-of-ours', from: 'packages/core/src/job.ts', to: 'packages/dag/src/index.ts' },
    ])
  })

  it('is shown above for every rule', () => {
    expect(new Set(breaches.map(([rule]) => rule))).toEqual(new Set(rules.map(({ name }) => name)))
  })
})

describe('an import that keeps the rules', () => {
  it.each([
    ['packages/core/vitest.config.ts', ['@sluice-tooling/vitest']],
    ['packages/queue-redis/src/claim.ts', ['@sluice/core', './index.ts', 'node:fs']],
    ['packages/dag/test/run.test.ts', ['@sluice/core', '@sluice/dag', '@sluice/queue-memory', '../src/index.ts']],
    ['packages/dag/test/lease.test.ts', ['only-for-tests', '@sluice-tooling/vitest']],
    ['apps/scheduler/src/run.ts', ['@sluice/core', '@sluice/dag', '@sluice/queue-redis']],
    ['apps/scheduler/test/run.test.ts', ['../src/index.ts', '@sluice/queue-memory']],
  ])('%s imports %s', async (file, imported) => {
    expect(await rulesBrokenBy(file, ...imported)).toEqual([])
  })
})
