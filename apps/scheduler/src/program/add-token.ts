import { type Command, Option } from 'commander'
import { parseDurationOption } from '../arguments.ts'
import type { TokenCreateOptions, TokenFileOptions } from '../commands/token.ts'
import { configured, type OnExitCode, settingOption } from './shared-options.ts'

/** Adds the commands for the tokens of a server; they work on its tokens file. */
export function addToken(program: Command, onExitCode: OnExitCode): void {
  const token = program.command('token').description('make, list and revoke the tokens that a server accepts')
  const create = token
    .command('create')
    .description('make a token, and print it: it is stored hashed and cannot be shown again')
    .argument('<name>', 'whom or what it is for')
    .addOption(
      new Option('--role <role...>', 'what it may do')
        .choices(['admin', 'submit', 'worker', 'read'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--expires <duration>', 'for how long it is valid (default: for ever)').argParser(parseDurationOption),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, options: TokenCreateOptions) => {
      const { tokenCreateCommand } = await import('../commands/token.ts')
      onExitCode(await tokenCreateCommand(name, options))
    })
  const list = token
    .command('list')
    .description('list the tokens')
    .action(async (options: TokenFileOptions) => {
      const { tokenListCommand } = await import('../commands/token.ts')
      onExitCode(await tokenListCommand(options))
    })
  const revoke = token
    .command('revoke')
    .description('take a token away; a server that runs notices')
    .argument('<name>', 'the name it was created with')
    .action(async (name: string, options: TokenFileOptions) => {
      const { tokenRevokeCommand } = await import('../commands/token.ts')
      onExitCode(await tokenRevokeCommand(name, options))
    })
  for (const command of [create, list, revoke]) {
    configured(command)
      .addOption(settingOption('--tokens <file>', 'the tokens file', 'SLUICE_TOKENS'))
      .option('--json', 'print JSON')
  }
}

const EXAMPLES = `
Examples:
  $ sluice token create ci --role submit
  $ sluice token create deployer --role submit worker --expires 90d
  $ sluice token create gpu-hosts --role worker > worker.token`
