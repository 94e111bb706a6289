import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, it } from 'vitest'
import { CliProcess, livingProcesses, untilGone } from './cli-process.ts'

describe('a sluice run that is interrupted', { timeout: 60_000 }, () => {
  let run: CliProcess | undefined
  let marker: string
  /** In the command line of what the jobs start. */
  let sleep: string

  beforeEach(() => {
    marker = String(randomInt(1e9, 1e10))
    sleep = `sleep 60.${marker}`
  })

  afterEach(() => {
    run?.child.kill('SIGKILL')
  })

  /** Starts jobs that end only when they must, and resolves once they run. */
  async function startEndless(...args: string[]): Promise<CliProcess> {
    run = new CliProcess(['run', 'endless.yml', '-c', '2', '--var', `marker=${marker}`, ...args])
    await Promise.all([run.untilPrinted('patient begun'), run.untilPrinted('stubborn begun')])
    while (livingProcesses(sleep).length < 2) await new Promise((resolve) => setTimeout(resolve, 20))
    return run
  }

  it('by Ctrl-C lets jobs end themselves, kills those that do not, and sums up', async () => {
    const cli = await startEndless()
    cli.child.kill('SIGINT')
    const { exitCode, stdout } = await cli.end()
    assert.ok(stdout.includes('cancelling the run after SIGINT\n'))
    assert.ok(stdout.includes('patient | stopping\n'))
    assert.ok(stdout.includes('■ after cancelled with the run'))
    assert.match(stdout, /\n■ endless cancelled by SIGINT in .* {2}3 cancelled\n$/)
    assert.equal(exitCode, 130)
    assert.deepEqual(livingProcesses(sleep), [])
  })

  it('by a second Ctrl-C kills everything at once', async () => {
    const cli = await startEndless()
    cli.child.kill('SIGINT')
    await cli.untilPrinted('cancelling the run after SIGINT')
    cli.child.kill('SIGINT')
    const { exitCode, stdout } = await cli.end()
    assert.ok(!stdout.includes('endless cancelled'))
    assert.equal(exitCode, 130)
    await untilGone(sleep)
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s cancels as well', async (signal, expected) => {
    const cli = await startEndless('--json')
    cli.child.kill(signal)
    const { exitCode, stdout } = await cli.end()
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.ok(events.some((event) => event.type === 'run.cancelling' && event.signal === signal))
    const { type, status, interruptedBy } = events.at(-1)
    assert.deepEqual([type, status, interruptedBy], ['run.finished', 'cancelled', signal])
    assert.equal(exitCode, expected)
    assert.deepEqual(livingProcesses(sleep), [])
  })

  it('by SIGKILL leaves no job behind', async () => {
    const cli = await startEndless()
    cli.child.kill('SIGKILL')
    await cli.end()
    await untilGone(sleep)
  })

  it('by the end of its reader stops in silence', async () => {
    run = new CliProcess(['run', 'chatty.yml', '--var', `marker=${marker}`])
    await run.untilPrinted('talk | again')
    run.child.stdout?.destroy()
    const [exitCode] = await once(run.child, 'exit')
    assert.equal(exitCode, 141)
    assert.equal((await run.end()).stderr, '')
    assert.deepEqual(livingProcesses(`sleep 0.0${marker}`), [])
  })
})
