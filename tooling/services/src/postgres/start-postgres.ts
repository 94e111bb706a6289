import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findFreePort } from '../free-port.ts'
import { ServerProcess, startOnFreePort } from '../server-process.ts'
import { type SystemUser, unprivilegedUser } from '../system-user.ts'
import { makeTemporaryFolder } from '../temporary-folder.ts'
import { findPostgresBinaries, type PostgresVersion } from './binaries.ts'
import { type PostgresServer, postgresAt } from './postgres-server.ts'

const run = promisify(execFile)

export interface PostgresOptions {
  /** Defaults to `machine`. */
  readonly version?: PostgresVersion
  /** Settings of the server, as in `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Writes to the disk before it acknowledges, as in production. Without it only a crash of the machine loses anything. */
  readonly durable?: boolean
}

/** A server of one's own, in a temporary folder. */
export interface PrivatePostgres extends PostgresServer {
  readonly port: number
  /** Ends every session and the server; `immediate` is a crash, after which the next start recovers. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  /** Starts the stopped server on the same port, with what it had stored. */
  start(): Promise<void>
  /** Stops the server and removes its folder. */
  dispose(): Promise<void>
}

const stopSignals = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const

/** Starts a PostgreSQL that nobody else uses, and that does not outlive this process. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PrivatePostgres> {
  const user = await unprivilegedUser()
  const folder = await makeTemporaryFolder('postgres', user)
  const binaries = await findPostgresBinaries(options.version ?? 'machine', user, folder.path)
  await initialize(binaries, folder.path, user)
  const serve = (port: number) =>
    ServerProcess.start({
      name: 'PostgreSQL',
      file: join(binaries, 'postgres'),
      args: ['-D', join(folder.path, 'data'), ...serverSettings(port, options)],
      folder: folder.path,
      readyText: 'database system is ready to accept connections',
      endSignal: stopSignals.immediate,
      user,
    })
  const started = await startOnFreePort(findFreePort, async (port) => ({ port, server: await serve(port) }))
  let server: ServerProcess | undefined = started.server
  const stop = async (mode: 'fast' | 'immediate' = 'fast') => {
    await server?.stop(stopSignals[mode])
    server = undefined
  }
  return {
    ...postgresAt(`postgres://postgres@127.0.0.1:${started.port}/postgres`),
    port: started.port,
    stop,
    async start() {
      server ??= await serve(started.port)
    },
    async dispose() {
      await stop('immediate')
      await folder.dispose()
    },
  }
}

async function initialize(binaries: string, folder: string, user: SystemUser | undefined): Promise<void> {
  const initdb = (args: string[]) => run(join(binaries, 'initdb'), args, { cwd: folder, env: { LC_ALL: 'C' }, ...user })
  const args = ['--pgdata', join(folder, 'data'), '--username', 'postgres', '--auth', 'trust', '--no-sync']
  // Text is sorted as people sort it, as on most servers in production, so that who relies on the order of bytes must say so.
  const sorted = ['--locale-provider', 'icu', '--icu-locale', 'en-US']
  const canSort = (await initdb(['--help'])).stdout.includes('--icu-locale')
  await initdb([...args, '--encoding', 'UTF8', '--locale', 'C', ...(canSort ? sorted : [])])
}

function serverSettings(port: number, { settings, durable = false }: PostgresOptions): string[] {
  const all = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 300,
    ...(!durable && { fsync: 'off', full_page_writes: 'off' }),
    ...settings,
  }
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
