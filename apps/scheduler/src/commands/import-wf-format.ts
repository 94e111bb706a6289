import { writeFile } from 'node:fs/promises'
import { formatWorkflow, importWfFormat } from '@sluice/dag'
import { EXIT } from '../exit-code.ts'
import { InputError } from '../input-error.ts'
import { readSource, systemReason } from '../source-file.ts'

/** The options of `sluice import wfformat`. */
export interface ImportWfFormatOptions {
  readonly divisor: number
  readonly output?: string
}

/** Turns a recorded workflow of the WfCommons format into a workflow file whose jobs take as long as the recorded ones. */
export async function importWfFormatCommand(path: string, options: ImportWfFormatOptions): Promise<number> {
  const { name, text } = await readSource(path)
  const workflow = formatWorkflow(importWfFormat(text, { divisor: options.divisor, file: name }))
  if (options.output === undefined) process.stdout.write(workflow)
  else await writeOutput(options.output, workflow)
  return EXIT.succeeded
}

async function writeOutput(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${systemReason(error)}`)
  }
}
