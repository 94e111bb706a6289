import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findCommand } from '../command.ts'
import { findFreePort } from '../free-port.ts'
import { ServerProcess, startOnFreePort } from '../server-process.ts'
import { unprivilegedUser } from '../system-user.ts'
import { makeTemporaryFolder } from '../temporary-folder.ts'

const files = ['pgbouncer', '/usr/sbin/pgbouncer']
const remedy = 'Install PgBouncer 1.18 or newer.'

/** A PgBouncer in transaction mode: each transaction may run in another session of the server. */
export interface PgBouncer {
  readonly port: number
  /** The URL of the database, by way of the pool. */
  readonly url: string
  dispose(): Promise<void>
}

export interface PgBouncerOptions {
  /** Settings of the pool, as in `pgbouncer.ini`. */
  readonly settings?: Readonly<Record<string, string | number>>
}

/** Starts a pool in front of the database at a URL; it does not outlive this process. */
export async function startPgBouncer(databaseUrl: string, options: PgBouncerOptions = {}): Promise<PgBouncer> {
  const file = await findCommand(files, 'pgbouncer', remedy)
  const user = await unprivilegedUser()
  const folder = await makeTemporaryFolder('pgbouncer', user)
  const configuration = join(folder.path, 'pgbouncer.ini')
  const serve = async (port: number) => {
    await writeFile(configuration, configure(databaseUrl, port, options))
    return ServerProcess.start({
      name: 'PgBouncer',
      file,
      args: [configuration],
      folder: folder.path,
      readyText: 'process up',
      endSignal: 'SIGKILL',
      user,
    })
  }
  const { port, server } = await startOnFreePort(findFreePort, async (port) => ({ port, server: await serve(port) }))
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    port,
    url: url.href,
    async dispose() {
      await server.stop('SIGKILL')
      await folder.dispose()
    },
  }
}

function configure(databaseUrl: string, port: number, { settings }: PgBouncerOptions): string {
  const { hostname, port: serverPort, username, password } = new URL(databaseUrl)
  const server = `host=${hostname} port=${serverPort || 5432} user=${username}${password && ` password=${password}`}`
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    max_client_conn: 1_000,
    // What the clients of pg-boss and others set when they connect.
    ignore_startup_parameters:
      'extra_float_digits,options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout',
    ...settings,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`)
  return ['[databases]', `* = ${server}`, '[pgbouncer]', ...lines, ''].join('\n')
}
