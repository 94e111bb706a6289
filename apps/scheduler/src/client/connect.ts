import { readFile } from 'node:fs/promises'
import { InputError } from '../input-error.ts'
import { systemReason } from '../source-file.ts'
import { ApiClient, type ApiClientOptions } from './api-client.ts'

/** How the user named a server. */
export interface ServerOptions {
  readonly server: string
  readonly tokenFile?: string
}

/**
 * Finds out how to reach the server that the options name: with the token of `SLUICE_TOKEN`, or of the token file.
 *
 * @throws {InputError} if the token file cannot be read.
 */
export async function connectionTo(
  { server, tokenFile }: ServerOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ApiClientOptions> {
  const token = env.SLUICE_TOKEN || (tokenFile === undefined ? undefined : await readToken(tokenFile))
  return { server, token }
}

/**
 * Makes a client of the server that the options name.
 *
 * @throws {InputError} if the token file cannot be read.
 */
export async function connectTo(options: ServerOptions): Promise<ApiClient> {
  return new ApiClient(await connectionTo(options))
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    throw new InputError(`cannot read the token file ${path}: ${systemReason(error)}`)
  }
}
