import { availableParallelism } from 'node:os'
import { type Command, Option } from 'commander'
import { collectLabels, parseConcurrency, parsePositiveNumber } from '../arguments.ts'
import type { GraphOptions } from '../commands/graph.ts'
import type { ImportWfFormatOptions } from '../commands/import-wf-format.ts'
import type { RunOptions } from '../commands/run.ts'
import type { ValidateOptions } from '../commands/validate.ts'
import { type OnExitCode, variableOption } from './shared-options.ts'

/** Adds the commands that need no server: they work on files, or run a workflow in this process. */
export function addLocalCommands(program: Command, onExitCode: OnExitCode): void {
  addRun(program, onExitCode)
  addValidate(program, onExitCode)
  addGraph(program, onExitCode)
  addImport(program, onExitCode)
}
function addRun(program: Command, onExitCode: OnExitCode): void {
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
      const { runCommand } = await import('../commands/run.ts')
      onExitCode(await runCommand(file, options))
    })
}

function addValidate(program: Command, onExitCode: OnExitCode): void {
  program
    .command('validate')
    .description('check workflow files, and report all of their problems')
    .argument('<files...>', 'the workflows, as YAML or JSON; - reads standard input')
    .addOption(variableOption())
    .option('--json', 'print the problems as JSON')
    .action(async (files: string[], options: ValidateOptions) => {
      const { validateCommand } = await import('../commands/validate.ts')
      onExitCode(await validateCommand(files, options))
    })
}

function addGraph(program: Command, onExitCode: OnExitCode): void {
  program
    .command('graph')
    .description('print the graph of a workflow, to be drawn by Mermaid or Graphviz')
    .argument('<file>', 'the workflow, as YAML or JSON; - reads standard input')
    .addOption(new Option('-f, --format <format>', 'the language').choices(['mermaid', 'dot']).default('mermaid'))
    .addOption(variableOption())
    .action(async (file: string, options: GraphOptions) => {
      const { graphCommand } = await import('../commands/graph.ts')
      onExitCode(await graphCommand(file, options))
    })
}

function addImport(program: Command, onExitCode: OnExitCode): void {
  program
    .command('import')
    .description('turn what other systems recorded into a workflow file')
    .command('wfformat')
    .description('import a WfCommons instance; each of its tasks becomes a job that takes as long')
    .argument('<file>', 'the instance, as JSON; - reads standard input')
    .option('-d, --divisor <n>', 'divide the recorded runtimes', parsePositiveNumber, 1)
    .option('-o, --output <file>', 'write to a file instead of standard output')
    .action(async (file: string, options: ImportWfFormatOptions) => {
      const { importWfFormatCommand } = await import('../commands/import-wf-format.ts')
      onExitCode(await importWfFormatCommand(file, options))
    })
}
