import { rmSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LIMITS, type Outputs, type QueuedJob } from '@sluice/core'
import { OutputFileError, parseOutputFile } from './output-file.ts'
import { onProcessExit } from './process-exit.ts'
import type { ShellFiles } from './shell-environment.ts'

const MAX_OUTPUT_FILE_BYTES = 2 * LIMITS.outputBytes

/** The temporary folder of one attempt: its script, what it reads and what it writes. Only this user can read it. */
export class ShellWorkspace implements ShellFiles {
  readonly scriptPath: string
  readonly outputPath: string
  readonly needsPath: string
  readonly payloadPath: string | null
  readonly #folder: string
  readonly #forget: () => void

  private constructor(folder: string, hasPayload: boolean) {
    this.#folder = folder
    this.scriptPath = join(folder, 'script.sh')
    this.outputPath = join(folder, 'output')
    this.needsPath = join(folder, 'needs.json')
    this.payloadPath = hasPayload ? join(folder, 'payload.json') : null
    this.#forget = onProcessExit(() => rmSync(folder, { recursive: true, force: true }))
  }

  /** Makes the folder and writes the files of a job. */
  static async create({ command, payload, upstreamOutputs = {} }: QueuedJob): Promise<ShellWorkspace> {
    const workspace = new ShellWorkspace(await mkdtemp(join(tmpdir(), 'sluice-')), payload !== undefined)
    const { scriptPath, outputPath, needsPath, payloadPath } = workspace
    try {
      await Promise.all([
        writeFile(scriptPath, `${command}\n`),
        writeFile(outputPath, ''),
        writeFile(needsPath, JSON.stringify(upstreamOutputs)),
        payloadPath === null ? undefined : writeFile(payloadPath, JSON.stringify(payload)),
      ])
    } catch (error) {
      await workspace.remove()
      throw error
    }
    return workspace
  }

  /**
   * Reads what the script wrote to `$SLUICE_OUTPUT`; nothing where it removed the file.
   *
   * @throws {OutputFileError}
   */
  async readOutputs(): Promise<Outputs> {
    const found = await stat(this.outputPath).catch(() => null)
    if (!found) return {}
    if (!found.isFile()) throw new OutputFileError(null, 'it is no longer a regular file')
    if (found.size > MAX_OUTPUT_FILE_BYTES) {
      throw new OutputFileError(
        null,
        `it has ${found.size} bytes, but outputs may have at most ${LIMITS.outputBytes} in all; store large results elsewhere and hand on where`,
      )
    }
    return parseOutputFile(await readFile(this.outputPath, 'utf8'))
  }

  /** Removes the folder. */
  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 2 })
    this.#forget()
  }
}
