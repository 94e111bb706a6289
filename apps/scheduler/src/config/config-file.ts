import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { InputError } from '../input-error.ts'
import { systemReason } from '../source-file.ts'
import { type Config, configSchema } from './config-schema.ts'

/** Where a configuration file is looked for when none is named: the user's, then the machine's. */
export function configPaths(env: NodeJS.ProcessEnv): readonly string[] {
  return [join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'sluice', 'config.yml'), '/etc/sluice/config.yml']
}

/**
 * Reads the configuration file that is named, or the first that exists where none is; none is an empty one.
 *
 * @throws {InputError} if a file that is named does not exist, or if one cannot be read or is not as it should be.
 */
export async function readConfig(named: string | undefined, env: NodeJS.ProcessEnv = process.env): Promise<Config> {
  if (named !== undefined) return parseConfig(await readText(named), named)
  for (const path of configPaths(env)) {
    const text = await readIfPresent(path)
    if (text !== undefined) return parseConfig(text, path)
  }
  return {}
}

/**
 * Parses a configuration file.
 *
 * @throws {InputError} with all that is wrong.
 */
export function parseConfig(text: string, path: string): Config {
  const document = parseDocument(text)
  const [syntaxError] = document.errors
  if (syntaxError) throw new InputError(`${path}: ${syntaxError.message.split('\n', 1)[0]}`)
  const { success, data, error } = configSchema.safeParse(document.toJS() ?? {})
  if (success) return data
  const problems = error.issues.map((issue) => `${path}: ${[...issue.path, issue.message].join(': ')}`)
  throw new InputError(problems.join('\n'))
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new InputError(`cannot read ${path}: ${systemReason(error)}`)
  }
}

async function readText(path: string): Promise<string> {
  const text = await readIfPresent(path)
  if (text === undefined) throw new InputError(`cannot read ${path}: no such file`)
  return text
}
