import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'

/** Adds `completion <shell>`, which prints what makes a shell complete command lines; to be called after all other commands are there. */
export function addCompletion(program: Command): void {
  tab(program, { completionCommandName: 'completion' })
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('print what makes a shell complete command lines')
    .addHelpText('after', EXAMPLES)
}

const EXAMPLES = `
Examples:
  $ echo 'source <(sluice completion bash)' >> ~/.bashrc
  $ echo 'source <(sluice completion zsh)' >> ~/.zshrc
  $ sluice completion fish > ~/.config/fish/completions/sluice.fish`
