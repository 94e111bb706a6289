import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { LogWriter } from './log-writer.ts'
import { ProcessGroup } from './process-group.ts'
import { GUARDED_START, processGuard, type Ward } from './process-guard.ts'

const LEFTOVER_GRACE_MS = 250
const DRAIN_TICK_MS = 50
const DRAIN_TICKS = 10

/** What to start, and what comes of its output. */
export interface ShellProcessOptions {
  readonly shell: string
  readonly scriptPath: string
  readonly cwd: string | undefined
  readonly variables: Record<string, string>
  readonly signal: AbortSignal
  readonly graceMs: number
  readonly log: LogWriter
}

/** How a process ended; with neither, it could not be killed. */
export interface ProcessEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
}

type Child = ChildProcessByStdio<null, Readable, Readable>

/**
 * Runs a script to its end, in a process group of its own, and leaves nothing of the group behind.
 *
 * When the signal aborts, the group gets SIGTERM, and after the grace SIGKILL. What a script left running in the background is ended
 * when it exits.
 *
 * @throws the error of the operating system where the process cannot be started.
 */
export async function runShellProcess(options: ShellProcessOptions): Promise<ProcessEnd> {
  const { signal, graceMs, log } = options
  const ward = processGuard.admit()
  const { child, exited, closed } = await start(options, ward).catch((error) => {
    ward.release()
    throw error
  })
  const group = new ProcessGroup(child.pid as number, ward)
  child.on('error', (error) => log.note(`the operating system reports: ${error.message}`))
  forward(child.stdout, 'stdout', log)
  forward(child.stderr, 'stderr', log)

  let termination: Promise<boolean> | undefined
  const terminate = () => {
    termination = group.terminate(graceMs)
    void termination.then((isGone) => isGone || exited.resolve({ exitCode: null, signal: null }))
  }
  signal.addEventListener('abort', terminate)
  if (signal.aborted) terminate()
  const end = await exited.promise
  signal.removeEventListener('abort', terminate)
  const isGone = await (termination ?? group.terminate(LEFTOVER_GRACE_MS))
  if (!isGone) log.note('some processes of this job could not be killed')
  await drain(child, closed)
  return end
}

/** Resolves once the process runs. */
async function start({ shell, scriptPath, cwd, variables }: ShellProcessOptions, { pipe }: Ward) {
  const child = spawn(shell, pipe === null ? ['-e', scriptPath] : ['-e', '-c', GUARDED_START, scriptPath], {
    cwd,
    env: variables,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', pipe ?? 'ignore'],
  }) as Child
  const exited = Promise.withResolvers<ProcessEnd>()
  child.once('exit', (exitCode, signal) => exited.resolve({ exitCode, signal }))
  const closed = new Promise((resolve) => child.once('close', resolve))
  await once(child, 'spawn')
  return { child, exited, closed }
}

/** Hands what comes out of a pipe to the log, no faster than it takes it. */
function forward(pipe: Readable, stream: 'stdout' | 'stderr', log: LogWriter): void {
  pipe.setEncoding('utf8')
  pipe.on('error', (error) => log.note(`${stream} cannot be read: ${error.message}`))
  pipe.on('data', (text: string) => {
    log.write(stream, text)
    if (!log.isFull) return
    pipe.pause()
    log.whenRoom(() => pipe.resume())
  })
}

/**
 * Waits until what the pipes hold is read.
 *
 * A process that left the group may keep them open for ever, so the wait is bounded, except while the log takes nothing.
 */
async function drain({ stdout, stderr }: Child, closed: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const gaveUp = new Promise<void>((resolve) => {
    let ticks = 0
    timer = setInterval(() => {
      if (stdout.isPaused() || stderr.isPaused()) return
      ticks++
      if (ticks >= DRAIN_TICKS) resolve()
    }, DRAIN_TICK_MS)
  })
  await Promise.race([closed, gaveUp])
  clearInterval(timer)
  stdout.destroy()
  stderr.destroy()
}
