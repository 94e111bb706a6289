import { availableParallelism } from 'node:os'
import { Command, CommanderError, Option } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { collectLabels, collectVariables, parseConcurrency, parsePositiveNumber } from './arguments.ts'
import type { GraphOptions } from './commands/graph.ts'
import type { ImportWfFormatOptions } from './commands/import-wf-format.ts'
import type { MigrateOptions } from './commands/migrate.ts'
import type { RunOptions } from './commands/run.ts'
import type { ValidateOptions } from './commands/validate.ts'
import { EXIT } from './exit-code.ts'

/** Runs the command line, and resolves with the exit code. Rejects with what went wrong in a command. */
export async function runProgram(commandLine: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.succeeded
  const program = createProgram((code) => {
    exitCode = code
  })
  try {
    await program.parseAsync([...commandLine], { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has already said what is wrong, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.succeeded : EXIT.invalidInput
    throw error
  }
}

function createProgram(onExitCode: (code: number) => void): Command {
  const program = new Command('sluice')
    .description('Runs workflows: each job once what it depends on has finished.')
    .version(manifest.version)
    .exitOverride()
    .showHelpAfterError('(sluice --help shows what there is)')
    .addHelpText('after', EXAMPLES)
  addRun(program, onExitCode)
  addValidate(program, onExitCode)
  addGraph(program, onExitCode)
  addImport(program, onExitCode)
  addMigrate(program, onExitCode)
  return program
}

const EXAMPLES = `
Examples:
  $ sluice run workflow.yml                      run a workflow here, and watch it
  $ sluice run workflow.yml --var tag=v2 --json  with a variable, events as JSON lines
  $ sluice validate *.yml                        find all problems of workflow files
  $ sluice graph workflow.yml --format dot       draw its graph, here with Graphviz
  $ sluice import wfformat montage.json --divisor 100 -o montage.yml

Exit codes: 0 succeeded, 1 failed, 2 invalid input, 128 + n stopped by signal n (130 for Ctrl-C).
SLUICE_DEBUG=1 shows the details of unexpected errors.`

function addRun(program: Command, onExitCode: (code: number) => void): void {
  program
    .command('run')
    .description('run a workflow to its end, with workers in this process')
    .argument('<file>', 'the workflow, as YAML or JSON; - reads standard input')
    .addOption(
      new Option('-c, --concurrency <n>', 'jobs that run at once')
        .argParser(parseConcurrency)
        .default(availableParallelism(), 'the number of processors'),
    )
    .option(
      '-l, --labels <labels>',
      'labels that the workers offer, separated by commas; may be repeated',
      collectLabels,
    )
    .addOption(variableOption())
    .option('--cwd <folder>', 'where the jobs start (default: the current folder)')
    .option('--backend <location>', 'where the run is kept', 'memory')
    .option('--plain', 'print plain lines, also in a terminal')
    .addOption(new Option('--json', 'print events as JSON, one on a line').conflicts('plain'))
    .action(async (file: string, options: RunOptions) => {
      const { runCommand } = await import('./commands/run.ts')
      onExitCode(await runCommand(file, options))
    })
}

function addValidate(program: Command, onExitCode: (code: number) => void): void {
  program
    .command('validate')
    .description('check workflow files, and report all of their problems')
    .argument('<files...>', 'the workflows, as YAML or JSON; - reads standard input')
    .addOption(variableOption())
    .option('--json', 'print the problems as JSON')
    .action(async (files: string[], options: ValidateOptions) => {
      const { validateCommand } = await import('./commands/validate.ts')
      onExitCode(await validateCommand(files, options))
    })
}

function addGraph(program: Command, onExitCode: (code: number) => void): void {
  program
    .command('graph')
    .description('print the graph of a workflow, to be drawn by Mermaid or Graphviz')
    .argument('<file>', 'the workflow, as YAML or JSON; - reads standard input')
    .addOption(new Option('-f, --format <format>', 'the language').choices(['mermaid', 'dot']).default('mermaid'))
    .addOption(variableOption())
    .action(async (file: string, options: GraphOptions) => {
      const { graphCommand } = await import('./commands/graph.ts')
      onExitCode(await graphCommand(file, options))
    })
}

function addImport(program: Command, onExitCode: (code: number) => void): void {
  program
    .command('import')
    .description('turn what other systems recorded into a workflow file')
    .command('wfformat')
    .description('import a WfCommons instance; each of its tasks becomes a job that takes as long')
    .argument('<file>', 'the instance, as JSON; - reads standard input')
    .option('-d, --divisor <n>', 'divide the recorded runtimes', parsePositiveNumber, 1)
    .option('-o, --output <file>', 'write to a file instead of standard output')
    .action(async (file: string, options: ImportWfFormatOptions) => {
      const { importWfFormatCommand } = await import('./commands/import-wf-format.ts')
      onExitCode(await importWfFormatCommand(file, options))
    })
}

function addMigrate(program: Command, onExitCode: (code: number) => void): void {
  program
    .command('migrate')
    .description('create or update what Sluice needs in a PostgreSQL database')
    .option('--backend <location>', 'the database, as in postgres://user@host:5432/name?namespace=sluice')
    .option('--print', 'print the SQL instead of running it, for somebody with the right to run it')
    .action(async (options: MigrateOptions) => {
      const { migrateCommand } = await import('./commands/migrate.ts')
      onExitCode(await migrateCommand(options))
    })
}

function variableOption(): Option {
  return new Option('--var <name=value>', `a value for \${{ vars.NAME }}; may be repeated`).argParser(collectVariables)
}
