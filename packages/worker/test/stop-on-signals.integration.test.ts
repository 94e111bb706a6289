import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** A program with a worker that runs one shell job, and does something once that has printed its process group. */
const program = (command: string, whenRunning: string) => `
  import { createMemoryBackend } from '@sluice/queue-memory'
  import { createWorker, stopOnSignals } from '@sluice/worker'
  const backend = createMemoryBackend()
  const whenRunning = () => { ${whenRunning} }
  const hooks = {
    onLog: (_, { text }) => {
      process.stdout.write(text)
      if (text.includes('group=')) setImmediate(whenRunning)
    },
    onJobEnd: (_, { status }) => console.log('ended=' + status),
  }
  const worker = createWorker({ backend, shell: true, graceMs: 30_000, hooks })
  worker.start()
  stopOnSignals(worker, { deadlineMs: 0 })
  await backend.queue.enqueue({ workflowId: 'run', jobId: 'a', command: ${JSON.stringify(command)} })
`

const stubborn = 'trap "echo ignored" TERM; echo group=$$; while true; do sleep 0.01; done'

describe('a process with a worker', () => {
  let temporary: string
  let child: ChildProcess
  let lines: string[]
  let waiting: { isMet: () => boolean; resolve: () => void }[]

  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'worker-test-'))
    lines = []
    waiting = []
  })

  afterEach(() => {
    child.kill('SIGKILL')
    rmSync(temporary, { recursive: true })
  })

  function start(command: string, whenRunning = ''): void {
    const options = ['--conditions=@sluice/source', '--input-type=module', '--eval', program(command, whenRunning)]
    child = spawn(process.execPath, options, {
      cwd: import.meta.dirname,
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    if (!child.stdout) throw new Error('the program has no output to read')
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line)
      for (const { isMet, resolve } of waiting) if (isMet()) resolve()
    })
  }

  function untilPrinted(text: string, times = 1): Promise<void> {
    const isMet = () => lines.filter((line) => line.includes(text)).length >= times
    return isMet() ? Promise.resolve() : new Promise((resolve) => waiting.push({ isMet, resolve }))
  }

  function livingMembers(): string[] {
    const group = lines.find((line) => line.startsWith('group='))?.slice('group='.length)
    const processes = execFileSync('ps', ['-A', '-o', 'pgid=,stat=,args='], { encoding: 'utf8' })
    return processes.split('\n').filter((line) => new RegExp(`^\\s*${group}\\s+[^Z]`).test(line))
  }

  it('hands its job back on SIGTERM, and ends by itself', async () => {
    start('echo group=$$; sleep 100')
    await untilPrinted('group=')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(lines.at(-1)).toBe('ended=released')
    expect(livingMembers()).toEqual([])
    expect(readdirSync(temporary)).toEqual([])
  })

  it('kills everything at once on a second signal', async () => {
    start(stubborn)
    await untilPrinted('group=')
    child.kill('SIGINT')
    await untilPrinted('ignored')
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([null, 'SIGINT'])
    expect(livingMembers()).toEqual([])
    expect(readdirSync(temporary)).toEqual([])
  })

  it.each([
    ['it exits', 'process.exit(4)', 4],
    ['it fails', 'throw new Error("unexpected")', 1],
  ])('leaves nothing behind when %s', async (_, whenRunning, exitCode) => {
    start(stubborn, whenRunning)
    expect(await once(child, 'exit')).toEqual([exitCode, null])
    expect(livingMembers()).toEqual([])
    expect(readdirSync(temporary)).toEqual([])
  })
})
