import { type Command, Option } from 'commander'
import { collectVariables, parseDurationOption, parseServer } from '../arguments.ts'

/** Where the clients look for a server when none is named, and where a server listens. */
export const DEFAULT_PORT = 4747
const DEFAULT_SERVER = `http://127.0.0.1:${DEFAULT_PORT}`

/** Takes the exit code of a command that has ended. */
export type OnExitCode = (code: number) => void

/** A value for a variable of a workflow. */
export function variableOption(flags = '--var <name=value>'): Option {
  return new Option(flags, `a value for \${{ vars.NAME }}; may be repeated`).argParser(collectVariables)
}

/** An option whose value may also come from the environment. */
export function settingOption(flags: string, description: string, variable: string): Option {
  return new Option(flags, description).env(variable)
}

/** An option that is a duration. */
export function durationOption(flags: string, description: string, defaultMs: number, shown: string): Option {
  return new Option(flags, description).argParser(parseDurationOption).default(defaultMs, shown)
}

/** Lets a command take from a configuration file what neither a flag nor the environment gives. */
export function configured(command: Command): Command {
  return command
    .addOption(settingOption('--config <file>', 'the configuration file', 'SLUICE_CONFIG'))
    .hook('preAction', async (_, action) => {
      const { readConfig } = await import('../config/config-file.ts')
      const { applyConfig, configValues } = await import('../config/configured-options.ts')
      applyConfig(action, configValues(await readConfig(action.opts().config), action.name()))
    })
}

/** How the command reaches a server. */
export function connected(command: Command): Command {
  return configured(command)
    .addOption(
      settingOption('--server <url>', 'the server', 'SLUICE_SERVER').argParser(parseServer).default(DEFAULT_SERVER),
    )
    .addOption(tokenFileOption())
}

/** Where the token for a server is; there is no option for the token itself, because others see command lines. */
export function tokenFileOption(): Option {
  return settingOption(
    '--token-file <file>',
    'a file with the token for the server; or set SLUICE_TOKEN',
    'SLUICE_TOKEN_FILE',
  )
}
