import { homedir } from 'node:os'
import { join } from 'node:path'

/** The folder in which a service keeps what it must find again: systemd's, or the user's. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.STATE_DIRECTORY) return env.STATE_DIRECTORY
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'sluice')
}

/** Where the tokens of a server are when nobody says otherwise. */
export function defaultTokensPath(env?: NodeJS.ProcessEnv): string {
  return join(dataFolder(env), 'tokens.json')
}

/** Where a service keeps jobs and runs when nobody says otherwise. */
export function defaultBackend(env?: NodeJS.ProcessEnv): string {
  return `pglite:${join(dataFolder(env), 'database')}`
}
