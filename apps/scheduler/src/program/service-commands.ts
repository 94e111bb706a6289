import { availableParallelism } from 'node:os'
import type { Command, Option } from 'commander'
import { collectLabels, parseConcurrency, parsePort, parseServer, parseWorkers } from '../arguments.ts'
import type { CheckWorkerOptions } from '../commands/check-worker.ts'
import type { DoctorOptions } from '../commands/doctor.ts'
import type { MigrateOptions } from '../commands/migrate.ts'
import type { ServeOptions } from '../commands/serve.ts'
import type { WorkerCommandOptions } from '../commands/worker.ts'
import { addToken } from './add-token.ts'
import {
  configured,
  connected,
  DEFAULT_PORT,
  durationOption,
  type OnExitCode,
  settingOption,
  tokenFileOption,
} from './shared-options.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** Adds the commands of those who run the service: its processes, and what they need. */
export function addServiceCommands(program: Command, onExitCode: OnExitCode): void {
  addServe(program, onExitCode)
  addWorker(program, onExitCode)
  addMigrate(program, onExitCode)
  addDoctor(program, onExitCode)
  addToken(program, onExitCode)
  addCheckWorker(program, onExitCode)
}

function addServe(program: Command, onExitCode: OnExitCode): void {
  const serve = program
    .command('serve')
    .description('run the API, the scheduler and, if asked for, workers, until stopped by a signal')
    .addOption(settingOption('--host <host>', 'where to listen', 'SLUICE_HOST').default('127.0.0.1'))
    .addOption(
      settingOption('--port <port>', 'where to listen; 0 for any', 'SLUICE_PORT')
        .argParser(parsePort)
        .default(DEFAULT_PORT),
    )
    .addOption(
      settingOption('--workers <n>', 'jobs that run at once in this process', 'SLUICE_WORKERS')
        .argParser(parseWorkers)
        .default(0),
    )
    .addOption(labelsOption())
    .option('--no-scheduler', 'leave scheduling to other processes on the same backend')
    .option('--no-api', 'do not listen')
    .addOption(
      settingOption(
        '--tokens <file>',
        'the tokens that the API accepts (default: the file of `token create`)',
        'SLUICE_TOKENS',
      ),
    )
    .addOption(drainOption())
    .addOption(durationOption('--scheduling-ttl <duration>', 'a standby takes over after so long', 15_000, '15s'))
    .addOption(durationOption('--reconcile-every <duration>', 'between two looks at all runs', 30_000, '30s'))
    .addOption(durationOption('--keep-runs <duration>', 'how long ended runs are kept', 30 * DAY_MS, '30d'))
    .addOption(durationOption('--keep-jobs <duration>', "how long the queue's ended jobs are kept", 7 * DAY_MS, '7d'))
    .addOption(durationOption('--keep-logs <duration>', 'how long logs are kept', 30 * DAY_MS, '30d'))
    .addOption(durationOption('--keep-workers <duration>', 'how long offline workers are listed', DAY_MS, '1d'))
    .addOption(logLevelOption())
    .addHelpText('after', SERVE_EXAMPLES)
    .action(async (options: ServeOptions) => {
      const { serveCommand } = await import('../commands/serve.ts')
      onExitCode(await serveCommand(options))
    })
  configured(serve.addOption(backendOption('a PGlite folder of yours')))
}

function addWorker(program: Command, onExitCode: OnExitCode): void {
  const worker = program
    .command('worker')
    .description('run jobs of a server or a backend, until stopped by a signal')
    .addOption(settingOption('--server <url>', 'the server to work for', 'SLUICE_SERVER').argParser(parseServer))
    .addOption(backendOption())
    .addOption(tokenFileOption())
    .addOption(labelsOption())
    .addOption(
      settingOption('-c, --concurrency <n>', 'jobs that run at once', 'SLUICE_CONCURRENCY')
        .argParser(parseConcurrency)
        .default(availableParallelism(), 'the number of processors'),
    )
    .option('--id <id>', 'the name of the worker (default: made of host and process)')
    .option('--cwd <folder>', 'where the jobs start (default: the current folder)')
    .addOption(
      durationOption(
        '--lease-ttl <duration>',
        'a job of a worker that is lost is given to another after so long',
        30_000,
        '30s',
      ),
    )
    .addOption(durationOption('--heartbeat <duration>', 'how often the worker reports', 10_000, '10s'))
    .addOption(drainOption())
    .addOption(logLevelOption())
    .addHelpText('after', WORKER_EXAMPLES)
    .action(async (options: WorkerCommandOptions) => {
      const { workerCommand } = await import('../commands/worker.ts')
      onExitCode(await workerCommand(options))
    })
  chooseServerOrBackend(configured(worker))
}

function addMigrate(program: Command, onExitCode: OnExitCode): void {
  const migrate = program
    .command('migrate')
    .description('create or update what Sluice needs in a PostgreSQL database')
    .addOption(
      settingOption(
        '--backend <location>',
        'the database, as in postgres://user@host:5432/name?namespace=sluice',
        'SLUICE_BACKEND',
      ),
    )
    .option('--print', 'print the SQL instead of running it, for somebody with the right to run it')
    .action(async (options: MigrateOptions) => {
      const { migrateCommand } = await import('../commands/migrate.ts')
      onExitCode(await migrateCommand(options))
    })
  configured(migrate)
}

function addDoctor(program: Command, onExitCode: OnExitCode): void {
  const doctor = program
    .command('doctor')
    .description('check a server, or a backend, and say what to do')
    .addOption(backendOption('the server is checked'))
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', DOCTOR_EXAMPLES)
    .action(async (options: DoctorOptions) => {
      const { doctorCommand } = await import('../commands/doctor.ts')
      onExitCode(await doctorCommand(options))
    })
  chooseServerOrBackend(connected(doctor))
}

/** Leaves one of the two, so that a flag goes before what the environment or the file has of the other. */
function chooseServerOrBackend(command: Command): void {
  command.hook('preAction', async (_, action) => {
    const { chooseOne } = await import('../config/configured-options.ts')
    chooseOne(action, 'server', 'backend')
  })
}

function backendOption(shownDefault?: string): Option {
  const ending = shownDefault === undefined ? '' : ` (default: ${shownDefault})`
  return settingOption('--backend <location>', `where jobs and runs are kept${ending}`, 'SLUICE_BACKEND')
}

function labelsOption(): Option {
  return settingOption(
    '-l, --labels <labels>',
    'labels that the workers offer, separated by commas; may be repeated',
    'SLUICE_LABELS',
  ).argParser(collectLabels)
}

function drainOption(): Option {
  return durationOption('--drain <duration>', 'how long running jobs may go on after SIGTERM', 30_000, '30s')
}

function logLevelOption(): Option {
  return settingOption('--log-level <level>', 'how much to tell', 'SLUICE_LOG_LEVEL')
    .choices(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
}

const SERVE_EXAMPLES = `
Examples:
  $ sluice serve --workers 4
  $ SLUICE_BACKEND=postgres://sluice:secret@db/sluice sluice serve --host 0.0.0.0
  $ sluice serve --no-api                        a scheduler alone, or a standby
  $ sluice serve --no-scheduler                  an API alone

Without any token (sluice token create) it listens on loopback addresses only.`

const WORKER_EXAMPLES = `
Examples:
  $ SLUICE_TOKEN=… sluice worker --server https://sluice.example.org --labels linux,gpu
  $ sluice worker --backend postgres://db/sluice --concurrency 16`

const DOCTOR_EXAMPLES = `
Examples:
  $ sluice doctor --backend redis://cache:6379
  $ sluice doctor --server https://sluice.example.org --json`

function addCheckWorker(program: Command, onExitCode: OnExitCode): void {
  program
    .command('check-worker')
    .description('check whether a worker of your own, in any language, keeps the worker protocol')
    .argument('<command...>', 'how to start the worker; it finds the server in SLUICE_URL and SLUICE_TOKEN')
    .passThroughOptions()
    .addOption(durationOption('--lease-ttl <duration>', 'how long leases are to last', 3000, '3s'))
    .addOption(durationOption('--patience <duration>', 'how long to wait for what must come', 20_000, '20s'))
    .option('--json', 'print the results as JSON, one on a line')
    .addHelpText('after', CHECK_WORKER_EXAMPLES)
    .action(async (command: string[], options: CheckWorkerOptions) => {
      const { checkWorkerCommand } = await import('../commands/check-worker.ts')
      onExitCode(await checkWorkerCommand(command, options))
    })
}

const CHECK_WORKER_EXAMPLES = `
Examples:
  $ sluice check-worker python3 worker.py
  $ sluice check-worker --patience 60s ./my-worker --verbose`
