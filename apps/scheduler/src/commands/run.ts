import { stat } from 'node:fs/promises'
import type { Workflow } from '@sluice/dag'
import { openBackend } from '../backends.ts'
import { runExitCode } from '../exit-code.ts'
import { InputError } from '../input-error.ts'
import { listenForInterruptions } from '../interruptions.ts'
import { OutputRoom } from '../output-room.ts'
import { runWorkflow } from '../run/run-workflow.ts'
import { unrunnableJobs } from '../run/unrunnable-jobs.ts'
import { readWorkflow } from '../source-file.ts'
import { chooseView } from '../view/choose-view.ts'

const UNRUNNABLE_SHOWN = 10

/** The options of `sluice run`. */
export interface RunOptions {
  readonly concurrency: number
  readonly backend: string
  readonly labels?: readonly string[]
  readonly var?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly json?: boolean
  readonly plain?: boolean
}

/** Runs a workflow to its end, with workers in this process. */
export async function runCommand(file: string, options: RunOptions): Promise<number> {
  const { concurrency, labels = [], cwd } = options
  const workflow = await readWorkflow(file, options.var ?? {})
  refuseUnrunnable(workflow, labels)
  if (cwd !== undefined) await checkFolder(cwd)
  const backend = await openBackend(options.backend)
  using interruptions = listenForInterruptions()
  const room = new OutputRoom(process.stdout, interruptions.signal)
  const view = await chooseView(options)
  try {
    const report = await runWorkflow({
      workflow,
      backend,
      concurrency,
      labels,
      work: { shell: cwd === undefined ? {} : { cwd } },
      cancel: interruptions.signal,
      onEvent: (event, model) => view.show(event, model),
      whenReady: () => room.whenReady(),
      onWarning: (message) => view.warn(message),
    })
    return runExitCode(report.status, report.interruptedBy)
  } finally {
    view.close()
    await backend.close()
  }
}

/** Without this, such a run would wait for ever: no other worker can come to an embedded backend. */
function refuseUnrunnable(workflow: Workflow, labels: readonly string[]): void {
  const unrunnable = unrunnableJobs(workflow, labels)
  if (unrunnable.length === 0) return
  const lines = unrunnable
    .slice(0, UNRUNNABLE_SHOWN)
    .map(({ jobId, missing }) => `  job "${jobId}" requires ${missing.map((label) => `"${label}"`).join(', ')}`)
  const hidden = unrunnable.length - lines.length
  if (hidden > 0) lines.push(`  … and ${hidden} more`)
  const wanted = [...new Set(unrunnable.flatMap(({ missing }) => missing))].join(',')
  const advice = `offer what is missing with --labels ${wanted}, if this machine has it`
  throw new InputError(`no worker has the labels that these jobs require; ${advice}\n${lines.join('\n')}`)
}

async function checkFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null)
  if (!found?.isDirectory()) throw new InputError(`--cwd ${path} is not a folder`)
}
