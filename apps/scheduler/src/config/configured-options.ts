import type { Command } from 'commander'
import { InputError } from '../input-error.ts'
import type { Config } from './config-schema.ts'

type Section = 'serve' | 'worker'

/** What a configuration file says, by the names of options. */
export type ConfigValues = Readonly<Record<string, unknown>>

/** What a configuration file says for a command: its own section, over what all commands share. */
export function configValues({ serve, worker, ...shared }: Config, commandName: string): ConfigValues {
  const sections: Readonly<Record<Section, ConfigValues | undefined>> = { serve, worker }
  return { ...shared, ...(Object.hasOwn(sections, commandName) ? sections[commandName as Section] : undefined) }
}

/** Gives a command the values of a configuration file for those of its options that neither a flag nor the environment set. */
export function applyConfig(command: Command, values: ConfigValues): void {
  for (const option of command.options) {
    const name = option.attributeName()
    const source = command.getOptionValueSource(name)
    if (!Object.hasOwn(values, name) || (source !== undefined && source !== 'default')) continue
    command.setOptionValueWithSource(name, values[name], 'config')
  }
}

const SOURCES: readonly (string | undefined)[] = [undefined, 'default', 'config', 'env', 'cli']

/**
 * Leaves one of two options that exclude each other: the one that was given closer to the command. Where a file has both, the first.
 *
 * @throws {InputError} if both are flags, or both are in the environment.
 */
export function chooseOne(command: Command, first: string, second: string): void {
  const [source, otherSource] = [command.getOptionValueSource(first), command.getOptionValueSource(second)]
  if (source === otherSource && (source === 'cli' || source === 'env'))
    throw new InputError(`--${first} and --${second} exclude each other; give one of them`)
  const dropped = SOURCES.indexOf(source) >= SOURCES.indexOf(otherSource) ? second : first
  command.setOptionValueWithSource(dropped, undefined, 'default')
}
