import { Command, CommanderError } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { EXIT } from './exit-code.ts'
import { addClientCommands } from './program/client-commands.ts'
import { addCompletion } from './program/completion.ts'
import { addLocalCommands } from './program/local-commands.ts'
import { addServiceCommands } from './program/service-commands.ts'
import type { OnExitCode } from './program/shared-options.ts'

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

/** Makes the command line, with every command and option. */
export function createProgram(onExitCode: OnExitCode): Command {
  const program = new Command('sluice')
    .description('Runs workflows: each job once what it depends on has finished.')
    .version(manifest.version)
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError('(sluice --help shows what there is)')
    .addHelpText('after', EXAMPLES)
  program.commandsGroup('Here:')
  addLocalCommands(program, onExitCode)
  program.commandsGroup('Service:')
  addServiceCommands(program, onExitCode)
  program.commandsGroup('On a server:')
  addClientCommands(program, onExitCode)
  program.commandsGroup('Other:')
  addCompletion(program)
  return program
}

const EXAMPLES = `
Examples:
  $ sluice run workflow.yml                      run a workflow here, and watch it
  $ sluice run workflow.yml --var tag=v2 --json  with a variable, events as JSON lines
  $ sluice validate *.yml                        find all problems of workflow files
  $ sluice graph workflow.yml --format dot       draw its graph, here with Graphviz
  $ sluice serve --workers 4                     a durable server with workers
  $ sluice submit workflow.yml --follow          run a workflow there, and watch it

Exit codes: 0 succeeded, 1 failed, 2 invalid input, 69 no connection, 77 not allowed,
128 + n stopped by signal n (130 for Ctrl-C).
SLUICE_DEBUG=1 shows the details of unexpected errors.`
