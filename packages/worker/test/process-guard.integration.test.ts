import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GUARD_SCRIPT } from '../src/process-guard.ts'

/** A program whose worker runs a command over and over, ten at once. */
const program = (command: string) => `
  import { createMemoryBackend } from '@sluice/queue-memory'
  import { createWorker } from '@sluice/worker'
  const backend = createMemoryBackend()
  const hooks = { onLog: (_, { text }) => process.stdout.write(text), onJobEnd: () => enqueue() }
  createWorker({ backend, shell: true, concurrency: 10, hooks }).start()
  let jobs = 0
  const enqueue = () => backend.queue.enqueue({ workflowId: 'run', jobId: String(jobs++), command: ${JSON.stringify(command)} })
  for (let n = 0; n < 10; n++) enqueue()
`

/** The living processes whose command line has the text. */
function living(text: string): string[] {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
  return processes.split('\n').filter((line) => line.includes(text) && !/^\s*\d+\s+\d+\s+Z/.test(line))
}

/** No event tells of the end of a process that is not a child. */
async function until(isMet: () => boolean): Promise<void> {
  while (!isMet()) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('a process with shell jobs that is killed', () => {
  let temporary: string
  let child: ChildProcess

  beforeEach(() => {
    // The path of each script is in its command line, and so marks what belongs to a test.
    temporary = mkdtempSync(join(tmpdir(), 'guard-test-'))
  })

  afterEach(() => {
    child.kill('SIGKILL')
    rmSync(temporary, { recursive: true, force: true })
  })

  /** Resolves once the jobs have printed so many lines. */
  async function start(command: string, lines: number): Promise<void> {
    child = spawn(
      process.execPath,
      ['--conditions=@sluice/source', '--input-type=module', '--eval', program(command)],
      {
        cwd: import.meta.dirname,
        env: { ...process.env, TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    if (!child.stdout) throw new Error('the program has no output to read')
    let printed = 0
    await new Promise<void>((resolve) => {
      createInterface(child.stdout as NonNullable<ChildProcess['stdout']>).on('line', () => {
        if (++printed === lines) resolve()
      })
    })
  }

  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  it('leaves none of them behind, whether they heed SIGTERM or not', { timeout: 30_000 }, async () => {
    await start('[ "$SLUICE_JOB_ID" -lt 5 ] || trap "" TERM; echo begun; while true; do sleep 0.05; done', 10)
    expect(living(temporary)).toHaveLength(10)
    await kill()
    await until(() => living(temporary).length === 0)
  })

  it('leaves none behind while they start and end all the time', { timeout: 30_000 }, async () => {
    await start('echo begun; sleep 0.01 & wait; [ "$SLUICE_JOB_ID" -lt 30 ] || sleep 60', 35)
    await kill()
    await until(() => living(temporary).length === 0)
  })

  it('gets another guard when the first is killed', { timeout: 30_000 }, async () => {
    await start('echo begun; sleep 60', 10)
    const guards = () => living('sluice-guard').filter((line) => line.trim().split(/\s+/)[1] === String(child.pid))
    const [first = ''] = guards()
    process.kill(Number(first.trim().split(/\s+/)[0]), 'SIGKILL')
    await until(() => guards().length === 1 && guards()[0] !== first)
    await kill()
    await until(() => living(temporary).length === 0)
  })
})

describe('the guard', () => {
  it('is not confused by the end of groups that never registered', async () => {
    const group = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
    const guard = spawn('/bin/sh', ['-c', GUARD_SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'] })
    guard.stdin.write(`+ ${group.pid}\n`)
    for (let n = 0; n < 60; n++) guard.stdin.write('- 1234567890\n')
    guard.stdin.end()
    expect(await once(group, 'exit')).toEqual([null, 'SIGTERM'])
    expect(await once(guard, 'exit')).toEqual([0, null])
  })
})
