import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const example = fileURLToPath(new URL('../examples/repo-report.yml', import.meta.url))

/** Without what a hook of git, or the configuration of its user, would change. */
const cleanEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  NO_COLOR: '1',
}

let checkout: string
/** What the jobs take for the folder of temporary files. */
let temporary: string

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'checkout-'))
  temporary = mkdtempSync(join(tmpdir(), 'temporary-'))
})

afterEach(() => {
  rmSync(checkout, { recursive: true })
  rmSync(temporary, { recursive: true })
})

describe('sluice run repo-report.yml', () => {
  it('reports on a checkout with packages', { timeout: 60_000 }, async () => {
    git('init', '--quiet')
    write({
      '.gitignore': 'node_modules\n',
      'README.md': '[here](docs/one.md) [gone](docs/two.md#part) [web](https://example.org) `[code](no.md)`\n',
      'package.json': '{ "name": "root", "devDependencies": { "lefty": "1", "absent": "1" } }\n',
      'node_modules/lefty/package.json': '{ "license": "MIT" }\n',
      'node_modules/@right/one/package.json': '{ "license": "ISC" }\n',
      'packages/a/package.json': '{ "name": "@x/a", "dependencies": { "@right/one": "1", "@x/b": "1" } }\n',
      'packages/a/src/two words.ts': 'export const one = 1\nexport const two = 2\n',
      'packages/b/package.json': '{ "name": "@x/b" }\n',
      'packages/b/a=b.js': 'let three = 3\n',
      'packages/b/deleted.js': 'let four = 4\n',
      'docs/one.md': 'Twice.\n',
      'docs/copy.md': 'Twice.\n',
      'docs/empty.md': '',
    })
    git('add', '.')
    git('commit', '--quiet', '--message', 'First')
    rmSync(join(checkout, 'packages/b/deleted.js'))

    const { exitCode, output } = await runExample()

    expect(output).toContain('↻ links failed: exit code 1')
    expect(output).toContain('links succeeded on attempt 2')
    expect(exitCode).toBe(0)
    expect(
      readReport()
        .replace(/Commit: [0-9a-f]+\./, 'Commit: (id).')
        .split('\n'),
    ).toEqual([
      expect.stringMatching(/^# checkout-/),
      '',
      'Commit: (id). Files: 11. Packages and folders: 4.',
      '',
      '## Packages and folders',
      '',
      '| package or folder        |  files |    lines | exports |',
      '|:-------------------------|-------:|---------:|--------:|',
      '| packages/a               |      2 |        3 |       2 |',
      '| .                        |      3 |        2 |       0 |',
      '| docs                     |      3 |        2 |       0 |',
      '| packages/b               |      3 |        2 |       0 |',
      '',
      '## Languages',
      '',
      '| language                 |  files |    lines |',
      '|:-------------------------|-------:|---------:|',
      '| JSON                     |      3 |        3 |',
      '| Markdown                 |      4 |        3 |',
      '| TypeScript               |      1 |        2 |',
      '| JavaScript               |      2 |        1 |',
      '| other                    |      1 |        0 |',
      '',
      '## Dependencies by licence',
      '',
      '- MIT (1): lefty',
      '- not installed (1): absent',
      '- ISC (1): @right/one',
      '',
      '## Duplicated files',
      '',
      '- 2 × 7 bytes: `docs/copy.md`, `docs/one.md`',
      '',
      '## Largest files',
      '',
      '- 88 bytes: `README.md`',
      '- 71 bytes: `package.json`',
      '- 71 bytes: `packages/a/package.json`',
      '- 42 bytes: `packages/a/src/two words.ts`',
      '- 19 bytes: `packages/b/package.json`',
      '- 14 bytes: `packages/b/a=b.js`',
      '- 13 bytes: `.gitignore`',
      '- 13 bytes: `packages/b/deleted.js`',
      '',
      '## Changed most often in the last 500 commits',
      '',
      '- 1 × `.gitignore`',
      '- 1 × `README.md`',
      '- 1 × `docs/copy.md`',
      '- 1 × `docs/empty.md`',
      '- 1 × `docs/one.md`',
      '- 1 × `package.json`',
      '- 1 × `packages/a/package.json`',
      '- 1 × `packages/a/src/two words.ts`',
      '',
      '## Dead links in Markdown',
      '',
      '- `README.md`: docs/two.md',
      '',
      '(Attempts to look them up: 2. The first one fails on purpose.)',
      '',
    ])
    expect(readdirSync(temporary)).toEqual([])
  })

  it('reports on a checkout with neither packages nor commits', { timeout: 60_000 }, async () => {
    git('init', '--quiet')
    write({ 'main.py': 'print(1)\n' })
    git('add', '.')

    const { exitCode } = await runExample()

    expect(exitCode).toBe(0)
    const report = readReport()
    expect(report).toContain('Commit: none yet. Files: 1. Packages and folders: 1.')
    expect(report).toContain('| Python                   |      1 |        1 |')
    expect(report).toContain('No package.json.')
    expect(report).toContain('No commits yet.')
    expect(readdirSync(temporary)).toEqual([])
  })

  it('fails outside of a checkout, and leaves nothing behind', { timeout: 60_000 }, async () => {
    const { exitCode, output } = await runExample({ GIT_CEILING_DIRECTORIES: dirname(checkout) })

    expect(exitCode).toBe(1)
    expect(output).toContain('not a git repository')
    expect(readdirSync(temporary)).toEqual([])
  })
})

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true })
    writeFileSync(join(checkout, path), text)
  }
}

function git(...parameters: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org']
  execFileSync('git', [...identity, ...parameters], { cwd: checkout, env: cleanEnv })
}

function readReport(): string {
  return readFileSync(join(checkout, '.git', 'repo-report.md'), 'utf8')
}

function runExample(env: NodeJS.ProcessEnv = {}): Promise<{ exitCode: number; output: string }> {
  const parameters = ['--conditions=@sluice/source', cli, 'run', example, '--concurrency', '4', '--plain']
  const options = { cwd: checkout, env: { ...cleanEnv, TMPDIR: temporary, ...env } }
  return new Promise((resolve) => {
    execFile(process.execPath, parameters, options, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr })
    })
  })
}
