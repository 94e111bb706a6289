import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { describe, it } from 'vitest'
import { runCli } from './cli-process.ts'

/** Durations differ from run to run. */
const withoutDurations = (text: string) =>
  text.replaceAll(/\d+ms|\d+\.\ds/g, '(time)').replaceAll(/\d\.\d\d times/g, '(ratio) times')

describe('sluice run', { timeout: 30_000 }, () => {
  it('runs a workflow to its end, and hands outputs on', async () => {
    const { exitCode, stdout, stderr } = await runCli(['run', 'succeeding.yml', '-c', '2'])
    assert.equal(
      withoutDurations(stdout).replaceAll(/ {2,}\(time\)/g, '  (time)'),
      `
succeeding  2 jobs, 2 at once
● build started
build | compiling
✔ build succeeded in (time)  1/2
● test started
test | testing 1.2
✔ test succeeded in (time)  2/2

✔ succeeding succeeded in (time)  2 succeeded
  critical path  (time)  build → test
  work  (time)  2 at once, so at least (time)
  lower bound  (time)  the longer of the two; the run took (ratio) times as long
`.trimStart(),
    )
    assert.equal(stderr, '')
    assert.equal(exitCode, 0)
  })

  it('tells what failed with its last lines, and what was not run because of it', async () => {
    const { exitCode, stdout } = await runCli(['run', 'failing.yml'])
    const [, summary = ''] = withoutDurations(stdout).split('\n\nFailed\n')
    const [first = '', second = ''] = [summary.split('\n').slice(0, 3).sort().join('\n'), summary.split('\n').slice(3)]
    assert.equal(first, ['    │ expected 1', '    │ got 2', '  ✖ test in (time): exit code 3'].join('\n'))
    assert.deepEqual(second.slice(0, 5), [
      '',
      'Not run to the end',
      '  ↷ publish skipped because test failed',
      '',
      '✖ failing failed in (time)  2 succeeded, 1 failed, 1 skipped',
    ])
    assert.ok(stdout.includes('clean-up | cleaned'))
    assert.equal(exitCode, 1)
  })

  it('tries again, and says so', async () => {
    const { exitCode, stdout } = await runCli(['run', 'flaky.yml'])
    assert.ok(stdout.includes('↻ flaky failed: exit code 1, attempt 2 of 3 now'))
    assert.ok(stdout.includes('● flaky started, attempt 2 of 3'))
    assert.ok(stdout.includes('  ↻ flaky succeeded on attempt 2, first: exit code 1'))
    assert.equal(exitCode, 0)
  })

  it('prints every event as a line of JSON, and the summary last', async () => {
    const { exitCode, stdout, stderr } = await runCli(['run', 'failing.yml', '--json'])
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      events.filter(({ type }) => type !== 'job.log').map(({ type, jobId }) => [type, jobId].join(' ').trim()),
      [
        'run.started',
        ...['job.queued build', 'job.started build', 'job.succeeded build'],
        ...['job.queued test', 'job.started test', 'job.failed test'],
        ...['job.skipped publish', 'job.queued clean-up', 'job.started clean-up', 'job.succeeded clean-up'],
        'run.finished',
      ],
    )
    const log = events.filter(({ type, jobId }) => type === 'job.log' && jobId === 'test')
    assert.deepEqual(log.map(({ stream, text }) => `${stream} ${text}`).sort(), ['stderr got 2', 'stdout expected 1'])
    const { status, counts, failed, skipped } = events.at(-1)
    assert.equal(status, 'failed')
    assert.deepEqual(counts, { blocked: 0, queued: 0, running: 0, succeeded: 2, failed: 1, skipped: 1, cancelled: 0 })
    assert.deepEqual(failed[0].failure, { message: 'exit code 3', exitCode: 3 })
    assert.deepEqual(skipped, [{ jobId: 'publish', reason: { kind: 'dependency', because: 'test' } }])
    assert.equal(stderr, '')
    assert.equal(exitCode, 1)
  })

  it('reads a workflow from standard input, and puts variables into it', async () => {
    const workflow = `name: of \${{ vars.whom }}\njobs: { greet: { run: 'echo hello \${{ vars.whom }}' } }\n`
    const { exitCode, stdout } = await runCli(['run', '-', '--var', 'whom=you', '--var', 'whom=all of you'], {
      input: workflow,
    })
    assert.ok(stdout.startsWith('of all of you  1 job'))
    assert.ok(stdout.includes('greet | hello all of you\n'))
    assert.equal(exitCode, 0)
  })

  it('refuses a workflow that lacks a variable', async () => {
    const { exitCode, stdout, stderr } = await runCli(['run', 'variables.yml', '--var', 'who=x'])
    assert.match(stderr, /^variables.yml:1:1: name: unknown variable "whom"; did you mean "who"\?\n/)
    assert.equal(stdout, '')
    assert.equal(exitCode, 2)
  })

  it('refuses jobs that no worker could ever run, instead of waiting for ever', async () => {
    const { exitCode, stdout, stderr } = await runCli(['run', 'labelled.yml', '--labels', 'linux'])
    assert.equal(
      stderr,
      `
sluice: no worker has the labels that these jobs require; offer what is missing with --labels gpu, if this machine has it
  job "train" requires "gpu"
`.trimStart(),
    )
    assert.equal(stdout, '')
    assert.equal(exitCode, 2)
  })

  it('runs jobs whose labels it offers', async () => {
    const { exitCode } = await runCli(['run', 'labelled.yml', '-l', 'linux,arm64', '-l', 'gpu'])
    assert.equal(exitCode, 0)
  })

  it('starts jobs where it is told to', async () => {
    const { stdout } = await runCli(['run', '-', '--cwd', tmpdir()], { input: 'jobs: { where: { run: pwd -P } }' })
    const shown = /where \| (.*)\n/.exec(stdout)?.[1]
    assert.ok(shown?.endsWith(tmpdir()))
  })

  it('prints colours where they are asked for, and only there', async () => {
    const plain = await runCli(['run', 'succeeding.yml'], { env: { NO_COLOR: undefined } })
    assert.ok(!plain.stdout.includes('\u001b'))
    const coloured = await runCli(['run', 'succeeding.yml'], { env: { NO_COLOR: undefined, FORCE_COLOR: '1' } })
    assert.ok(coloured.stdout.includes('\u001b[32m✔\u001b[39m build succeeded'))
  })
})
