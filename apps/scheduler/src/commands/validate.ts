import { WorkflowDefinitionError, type WorkflowProblem } from '@sluice/dag'
import { EXIT } from '../exit-code.ts'
import { InputError } from '../input-error.ts'
import { assertReadableOnce, readWorkflow, sourceName } from '../source-file.ts'
import { countOf } from '../view/words.ts'

/** The options of `sluice validate`. */
export interface ValidateOptions {
  readonly var?: Readonly<Record<string, string>>
  readonly json?: boolean
}

interface Verdict {
  readonly file: string
  readonly valid: boolean
  readonly jobs?: number
  readonly problems: readonly WorkflowProblem[]
}

/**
 * Checks workflow files and reports all of their problems.
 *
 * @throws {InputError} if standard input is among them more than once.
 */
export async function validateCommand(files: readonly string[], options: ValidateOptions): Promise<number> {
  assertReadableOnce(files)
  const verdicts: { readonly verdict: Verdict; readonly text: string }[] = []
  for (const file of files) verdicts.push(await judge(file, options.var ?? {}))
  const output = options.json
    ? JSON.stringify({ files: verdicts.map(({ verdict }) => verdict) })
    : verdicts.map(({ text }) => text).join('\n')
  process.stdout.write(`${output}\n`)
  return verdicts.every(({ verdict }) => verdict.valid) ? EXIT.succeeded : EXIT.invalidInput
}

async function judge(path: string, variables: Readonly<Record<string, string>>) {
  const file = sourceName(path)
  try {
    const jobs = (await readWorkflow(path, variables)).jobs.length
    return { verdict: { file, valid: true, jobs, problems: [] }, text: `${file}: valid, ${countOf(jobs, 'job')}` }
  } catch (error) {
    const problems = problemsOf(error)
    return { verdict: { file, valid: false, problems }, text: (error as Error).message }
  }
}

/** A file that cannot be read must not hide what is wrong with the others. */
function problemsOf(error: unknown): readonly WorkflowProblem[] {
  if (WorkflowDefinitionError.is(error)) return error.problems
  if (error instanceof InputError) return [{ path: [], message: error.message }]
  throw error
}
