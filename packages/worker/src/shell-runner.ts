import { accessSync, constants } from 'node:fs'
import { constants as osConstants } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Outputs } from '@sluice/core'
import { CommandFailedError } from './attempt-failure.ts'
import { StartRefusedError, startPatiently } from './patient-start.ts'
import type { RunContext, Runner } from './runner.ts'
import { shellEnvironment } from './shell-environment.ts'
import type { ShellOptions } from './shell-options.ts'
import { type ProcessEnd, runShellProcess } from './shell-process.ts'
import { ShellWorkspace } from './shell-workspace.ts'

const KILL_AND_DRAIN_MS = 3000

/** Runs each job's command as a script of its own. */
export class ShellRunner implements Runner {
  readonly stopWithinMs: number
  readonly #options: ShellOptions
  readonly #graceMs: number
  readonly #shell: string

  constructor(options: ShellOptions, graceMs: number) {
    this.#options = options
    this.#graceMs = graceMs
    const { path } = options
    // An absolute path, because a command may get another PATH than the worker has, or none.
    this.#shell =
      path === undefined ? (findOnPath('bash') ?? findOnPath('sh') ?? '/bin/sh') : (findOnPath(path) ?? path)
    this.stopWithinMs = graceMs + KILL_AND_DRAIN_MS
  }

  async run(context: RunContext): Promise<Outputs> {
    const workspace = await startPatiently(() => ShellWorkspace.create(context.job), context)
    try {
      checkEnd(await this.#runScript(context, workspace))
      return await workspace.readOutputs()
    } finally {
      await workspace.remove()
    }
  }

  async #runScript(context: RunContext, workspace: ShellWorkspace): Promise<ProcessEnd> {
    const { signal, log } = context
    const { cwd } = this.#options
    const { variables, notes } = shellEnvironment(context, workspace, this.#options)
    for (const note of notes) log.note(note)
    signal.throwIfAborted()
    const { scriptPath } = workspace
    const process = { shell: this.#shell, scriptPath, cwd, variables, signal, graceMs: this.#graceMs, log }
    try {
      return await startPatiently(() => runShellProcess(process), { signal, log })
    } catch (error) {
      if (error instanceof StartRefusedError || signal.aborted) throw error
      const where = cwd === undefined ? '' : ` in ${cwd}`
      throw new Error(`cannot start ${this.#shell}${where}: ${(error as Error).message}`, { cause: error })
    }
  }
}

function checkEnd({ exitCode, signal }: ProcessEnd): void {
  if (exitCode === 0) return
  if (signal !== null) throw new CommandFailedError(`killed by ${signal}`, undefined, signal)
  if (exitCode === null) throw new CommandFailedError('could not be killed', undefined, undefined)
  const inner = signalOfExitCode(exitCode)
  const hint = inner === undefined ? '' : ` (as for ${inner})`
  throw new CommandFailedError(`exit code ${exitCode}${hint}`, exitCode, undefined)
}

/** A shell exits with 128 + n when the command that it waited for was ended by signal n. */
function signalOfExitCode(exitCode: number): string | undefined {
  return Object.entries(osConstants.signals).find(([, number]) => number === exitCode - 128)?.[0]
}

function findOnPath(name: string): string | undefined {
  if (name.includes('/')) return undefined
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue
    try {
      accessSync(join(folder, name), constants.X_OK)
      return join(folder, name)
    } catch {
      // Not here: look in the next folder.
    }
  }
  return undefined
}
