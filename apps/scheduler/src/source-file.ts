import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { getSystemErrorMessage } from 'node:util'
import { parseWorkflow, type Workflow } from '@sluice/dag'
import { InputError } from './input-error.ts'

/** The name that stands for standard input. */
const STDIN = '-'

/** A text that the user named, and what to call it in messages. */
export interface SourceFile {
  readonly name: string
  readonly text: string
}

/**
 * Checks that files can be read one after the other.
 *
 * @throws {InputError} if standard input is among them more than once: after the first time there is nothing left to read.
 */
export function assertReadableOnce(paths: readonly string[]): void {
  if (paths.indexOf(STDIN) !== paths.lastIndexOf(STDIN))
    throw new InputError('standard input can be read only once; name - once among the files')
}

/** What messages call a file, or standard input for `-`. */
export function sourceName(path: string): string {
  return path === STDIN ? 'stdin' : path
}

/**
 * Reads a file, or standard input for `-`.
 *
 * @throws {InputError} if it cannot be read.
 */
export async function readSource(path: string): Promise<SourceFile> {
  if (path === STDIN) return { name: sourceName(path), text: await text(process.stdin) }
  try {
    return { name: path, text: await readFile(path, 'utf8') }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'EISDIR' ? 'it is a folder' : systemReason(error)
    throw new InputError(`cannot read ${path}: ${reason}`)
  }
}

/**
 * Reads a workflow from a file, or from standard input for `-`.
 *
 * @throws {InputError} if it cannot be read.
 * @throws {WorkflowDefinitionError} if it is not valid.
 */
export async function readWorkflow(path: string, variables: Readonly<Record<string, string>>): Promise<Workflow> {
  const { name, text } = await readSource(path)
  return parseWorkflow(text, { file: name, variables })
}

/** Says what the operating system has against something. */
export function systemReason(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException
  return errno === undefined ? message : getSystemErrorMessage(errno)
}
