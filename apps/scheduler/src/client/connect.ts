import { readFile } from 'node:fs/promises'
import { InputError } from '../input-error.ts'
import { systemReason } from '../source-file.ts'
import { ApiClient } from './api-client.ts'

/** How the user named a server. */
export interface ServerOptions {
  readonly server: string
  readonly tokenFile?: string
}

/**
 * Makes a client of the server that the options name, with the token of `SLUICE_TOKEN` or of the token file.
 *
 * @throws {InputError} if the token file cannot be read.
 */
export async function connectTo(
  { server, tokenFile }: ServerOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ApiClient> {
  const token = env.SLUICE_TOKEN || (tokenFile === undefined ? undefined : await readToken(tokenFile))
  return new ApiClient({ server, token })
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    throw new InputError(`cannot read the token file ${path}: ${systemReason(error)}`)
  }
}
