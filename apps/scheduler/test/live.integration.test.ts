import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, describe, it } from 'vitest'
import { CLI_COMMAND, CLI_ENV, livingProcesses } from './cli-process.ts'

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))
const CTRL_C = '\u0003'

/** `script` of util-linux gives a program a terminal; others of that name take other arguments. */
function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux')
  } catch {
    return false
  }
}

describe.skipIf(!hasScript())('sluice run in a terminal', { timeout: 60_000 }, () => {
  let terminal: ChildProcess | undefined
  let screen = ''

  afterEach(() => {
    terminal?.kill('SIGKILL')
  })

  function start(...args: string[]): void {
    const command = [...CLI_COMMAND, 'run', ...args].map((arg) => `'${arg}'`).join(' ')
    terminal = spawn('script', ['--quiet', '--return', '--command', `stty cols 100 rows 30; ${command}`, '/dev/null'], {
      cwd: fixtures,
      env: { ...CLI_ENV, TERM: 'xterm-256color' },
    })
    screen = ''
    terminal.stdout?.setEncoding('utf8').on('data', (text: string) => {
      screen += text
    })
  }

  async function untilShown(text: string): Promise<void> {
    while (!stripVTControlCharacters(screen).includes(text)) await once(terminal?.stdout as NodeJS.EventEmitter, 'data')
  }

  it('draws the jobs, and leaves them with the summary', async () => {
    start('failing.yml')
    const [exitCode] = await once(terminal as ChildProcess, 'close')
    const text = stripVTControlCharacters(screen)
    assert.ok(text.includes('· publish           needs test'), text)
    assert.match(text, /✖ test +[\d.]+m?s {2}exit code 3\r\n/)
    assert.match(text, /↷ publish +skipped because test failed\r\n/)
    assert.match(text, /✖ failing failed in .* 2 succeeded, 1 failed, 1 skipped\r\n/)
    assert.equal(exitCode, 1)
  })

  it('is cancelled by Ctrl-C, which the jobs do not get themselves', async () => {
    const marker = String(randomInt(1e9, 1e10))
    start('endless.yml', '--var', `marker=${marker}`, '--concurrency', '2')
    await untilShown('stubborn begun')
    await untilShown('patient begun')
    terminal?.stdin?.write(CTRL_C)
    await untilShown('cancelling after SIGINT; Ctrl-C again kills what still runs')
    terminal?.stdin?.write(CTRL_C)
    const [exitCode] = await once(terminal as ChildProcess, 'close')
    assert.equal(exitCode, 130)
    while (livingProcesses(`sleep 60.${marker}`).length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    assert.ok(screen.lastIndexOf('\u001b[?25h') > screen.lastIndexOf('\u001b[?25l'), 'the cursor is visible again')
  })
})
