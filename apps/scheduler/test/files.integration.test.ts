import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { runCli } from './cli-process.ts'

describe('sluice validate', { timeout: 30_000 }, () => {
  it('lists all problems of all files with their places', async () => {
    const { exitCode, stdout } = await runCli(['validate', 'invalid.yml', 'succeeding.yml'])
    assert.equal(
      stdout,
      `
invalid.yml:5:5: jobs.build.need: unknown key; did you mean "needs"?
invalid.yml:7:5: jobs.test.needs: unknown job "biuld"; did you mean "build"?
succeeding.yml: valid, 2 jobs
`.trimStart(),
    )
    assert.equal(exitCode, 2)
  })

  it('gives the problems as JSON', async () => {
    const { exitCode, stdout } = await runCli(['validate', '--json', 'succeeding.yml', 'invalid.yml'])
    const [valid, invalid] = JSON.parse(stdout).files
    assert.deepEqual(valid, { file: 'succeeding.yml', valid: true, jobs: 2, problems: [] })
    assert.equal(invalid.valid, false)
    assert.deepEqual(invalid.problems[0], {
      message: 'unknown key; did you mean "needs"?',
      path: ['jobs', 'build', 'need'],
      line: 5,
      column: 5,
    })
    assert.equal(exitCode, 2)
  })

  it('reads standard input, and takes variables', async () => {
    const input = `jobs: { a: { run: 'echo \${{ vars.x }}' } }`
    const { exitCode, stdout } = await runCli(['validate', '-', '--var', 'x=1'], { input })
    assert.equal(stdout, 'stdin: valid, 1 job\n')
    assert.equal(exitCode, 0)
  })

  it('counts a file that cannot be read among the problems, and goes on to the others', async () => {
    const { exitCode, stdout } = await runCli(['validate', 'missing.yml', '.', 'succeeding.yml'])
    const [missing, folder, valid] = stdout.split('\n')
    assert.equal(missing, 'cannot read missing.yml: no such file or directory')
    assert.equal(folder, 'cannot read .: it is a folder')
    assert.match(valid ?? '', /^succeeding\.yml: valid/)
    assert.equal(exitCode, 2)
  })
})

describe('sluice graph', { timeout: 30_000 }, () => {
  it('says in one line that a file cannot be read', async () => {
    const { exitCode, stderr } = await runCli(['graph', 'missing.yml'])
    assert.equal(stderr, 'sluice: cannot read missing.yml: no such file or directory\n')
    assert.equal(exitCode, 2)
  })

  it('draws for Mermaid', async () => {
    const { exitCode, stdout } = await runCli(['graph', 'succeeding.yml'])
    assert.match(stdout, /^flowchart .*\n[\s\S]*-->[\s\S]*\n$/)
    assert.equal(exitCode, 0)
  })

  it('draws for Graphviz', async () => {
    const { exitCode, stdout } = await runCli(['graph', 'succeeding.yml', '--format', 'dot'])
    assert.match(stdout, /^digraph [\s\S]*"build" -> "test"[\s\S]*\}\n$/)
    assert.equal(exitCode, 0)
  })

  it('draws nothing of an invalid workflow', async () => {
    const { exitCode, stdout, stderr } = await runCli(['graph', 'invalid.yml'])
    assert.equal(stdout, '')
    assert.match(stderr, /^invalid.yml:5:5: /)
    assert.equal(exitCode, 2)
  })
})

describe('sluice import wfformat', { timeout: 30_000 }, () => {
  it('writes a workflow that takes a share of the recorded time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-import-'))
    try {
      const output = join(folder, 'montage.yml')
      const args = ['import', 'wfformat', 'montage.wfformat.json', '--divisor', '10', '--output', output]
      assert.equal((await runCli(args)).exitCode, 0)
      const text = await readFile(output, 'utf8')
      assert.match(text, /run: sleep 2\n/)
      const { stdout } = await runCli(['validate', output])
      assert.equal(stdout, `${output}: valid, 2 jobs\n`)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('refuses what is not such a file, without a stack trace', async () => {
    const { exitCode, stderr } = await runCli(['import', 'wfformat', 'succeeding.yml'])
    assert.match(stderr, /^succeeding.yml.*JSON/)
    assert.doesNotMatch(stderr, /\n {4}at /)
    assert.equal(exitCode, 2)
  })
})

describe('sluice', { timeout: 30_000 }, () => {
  it('tells its version and its help', async () => {
    const { exitCode, stdout } = await runCli(['--version'])
    assert.equal(stdout, `${manifest.version}\n`)
    assert.equal(exitCode, 0)
    const help = await runCli(['--help'])
    assert.match(help.stdout, /Examples:\n {2}\$ sluice run workflow\.yml/)
    assert.equal(help.exitCode, 0)
  })
})
