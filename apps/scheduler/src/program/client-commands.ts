import { type Command, Option } from 'commander'
import { collectStatus, parseLimit } from '../arguments.ts'
import type { CancelOptions } from '../commands/cancel.ts'
import type { LogsOptions } from '../commands/logs.ts'
import type { RetryCommandOptions } from '../commands/retry.ts'
import type { RunsOptions } from '../commands/runs.ts'
import type { StatusOptions } from '../commands/status.ts'
import type { SubmitOptions } from '../commands/submit.ts'
import type { WhyOptions } from '../commands/why.ts'
import type { WorkersOptions } from '../commands/workers.ts'
import { connected, type OnExitCode, variableOption } from './shared-options.ts'

/** Adds the commands that ask a server, or tell it what to do. */
export function addClientCommands(program: Command, onExitCode: OnExitCode): void {
  addSubmit(program, onExitCode)
  addRuns(program, onExitCode)
  addStatus(program, onExitCode)
  addLogs(program, onExitCode)
  addCancel(program, onExitCode)
  addRetry(program, onExitCode)
  addWhy(program, onExitCode)
  addWorkers(program, onExitCode)
}

const RUN = 'the id of the run'
const JOB = 'the id of the job in its workflow'

function addSubmit(program: Command, onExitCode: OnExitCode): void {
  const submit = program
    .command('submit')
    .description('start a run of a workflow on a server')
    .argument('<file>', 'the workflow, as YAML or JSON; - reads standard input')
    .addOption(variableOption('-i, --input <name=value>'))
    .option('--run-id <id>', 'the name of the run; submitting it again starts nothing')
    .option('--idempotency-key <key>', 'submitting again with the same key starts nothing')
    .option('-f, --follow', 'watch the run until it has ended; leaving does not cancel it')
    .option('--plain', 'with --follow: print plain lines, also in a terminal')
    .option('--json', 'print the run as JSON; with --follow, events as JSON lines')
    .addHelpText('after', SUBMIT_EXAMPLES)
    .action(async (file: string, options: SubmitOptions) => {
      const { submitCommand } = await import('../commands/submit.ts')
      onExitCode(await submitCommand(file, options))
    })
  connected(submit)
}

function addRuns(program: Command, onExitCode: OnExitCode): void {
  const runs = program
    .command('runs')
    .description('list runs, newest first')
    .addOption(
      new Option(
        '-s, --status <status>',
        'only these: running, succeeded, failed, cancelled; may be repeated',
      ).argParser(collectStatus),
    )
    .addOption(new Option('-n, --limit <n>', 'how many at the most').argParser(parseLimit).default(20))
    .option('--json', 'print JSON')
    .addHelpText('after', RUNS_EXAMPLES)
    .action(async (options: RunsOptions) => {
      const { runsCommand } = await import('../commands/runs.ts')
      onExitCode(await runsCommand(options))
    })
  connected(runs)
}

function addStatus(program: Command, onExitCode: OnExitCode): void {
  const status = program
    .command('status')
    .description('tell how a run stands: its jobs by state, what runs, and what failed')
    .argument('<run>', RUN)
    .option('--all', 'list every job')
    .option('--json', 'print the run and its jobs as JSON')
    .action(async (runId: string, options: StatusOptions) => {
      const { statusCommand } = await import('../commands/status.ts')
      onExitCode(await statusCommand(runId, options))
    })
  connected(status)
}

function addLogs(program: Command, onExitCode: OnExitCode): void {
  const logs = program
    .command('logs')
    .description('print what the jobs of a run printed')
    .argument('<run>', RUN)
    .argument('[job]', `${JOB}; all jobs by default`)
    .option('-f, --follow', 'go on until the job, or the run, has ended')
    .option('--json', 'print the pieces of the log as JSON, one on a line')
    .addHelpText('after', LOGS_EXAMPLES)
    .action(async (runId: string, jobId: string | undefined, options: LogsOptions) => {
      const { logsCommand } = await import('../commands/logs.ts')
      onExitCode(await logsCommand(runId, jobId, options))
    })
  connected(logs)
}

function addCancel(program: Command, onExitCode: OnExitCode): void {
  const cancel = program
    .command('cancel')
    .description('cancel a run, or one job of it')
    .argument('<run>', RUN)
    .argument('[job]', `${JOB}; the whole run by default`)
    .option('--json', 'print the run, or the job, as JSON')
    .action(async (runId: string, jobId: string | undefined, options: CancelOptions) => {
      const { cancelCommand } = await import('../commands/cancel.ts')
      onExitCode(await cancelCommand(runId, jobId, options))
    })
  connected(cancel)
}

function addRetry(program: Command, onExitCode: OnExitCode): void {
  const retry = program
    .command('retry')
    .description('run again what did not succeed in a run that has ended')
    .argument('<run>', RUN)
    .option('--failed', 'what failed or was cancelled, and what that had skipped; the default')
    .addOption(new Option('--from <job>', 'this job and all that depends on it').conflicts('failed'))
    .option('--json', 'print the run as JSON')
    .action(async (runId: string, options: RetryCommandOptions) => {
      const { retryCommand } = await import('../commands/retry.ts')
      onExitCode(await retryCommand(runId, options))
    })
  connected(retry)
}

function addWhy(program: Command, onExitCode: OnExitCode): void {
  const why = program
    .command('why')
    .description('tell why a job does not run, or what became of it')
    .argument('<run>', RUN)
    .argument('<job>', JOB)
    .option('--json', 'print the explanation as JSON')
    .action(async (runId: string, jobId: string, options: WhyOptions) => {
      const { whyCommand } = await import('../commands/why.ts')
      onExitCode(await whyCommand(runId, jobId, options))
    })
  connected(why)
}

function addWorkers(program: Command, onExitCode: OnExitCode): void {
  const workers = program
    .command('workers')
    .description('list the workers and what they run')
    .option('--json', 'print JSON')
    .action(async (options: WorkersOptions) => {
      const { workersCommand } = await import('../commands/workers.ts')
      onExitCode(await workersCommand(options))
    })
  connected(workers)
}

const SUBMIT_EXAMPLES = `
Examples:
  $ sluice submit deploy.yml --input tag=v2 --follow
  $ SLUICE_TOKEN=… sluice submit deploy.yml --server https://sluice.example.org --json

With --follow the exit code is that of the run: 0 if it succeeded, 1 if not.`

const RUNS_EXAMPLES = `
Examples:
  $ sluice runs --status failed --limit 5
  $ sluice runs --json | jq -r '.runs[].runId'`

const LOGS_EXAMPLES = `
Examples:
  $ sluice logs 3f2c test
  $ sluice logs 3f2c --follow`
