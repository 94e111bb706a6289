import { findCommand } from '../command.ts'
import { findFreePort } from '../free-port.ts'
import { ServerProcess, startOnFreePort } from '../server-process.ts'
import { makeTemporaryFolder } from '../temporary-folder.ts'
import type { RedisServer } from './redis-server.ts'

export interface RedisOptions {
  /** Settings of the server, as in `redis.conf`. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Writes to the disk before it acknowledges. Without it a server that is killed comes back empty. */
  readonly durable?: boolean
}

/** A server of one's own, in a temporary folder. */
export interface PrivateRedis extends RedisServer {
  readonly port: number
  /** Crashes the server. */
  kill(): Promise<void>
  /** Starts the killed server on the same port, with what it had on disk. */
  start(): Promise<void>
  /** Ends the server and removes its folder. */
  dispose(): Promise<void>
}

const files = ['redis-server', 'valkey-server']
const remedy = 'Install Redis 7 or newer, or set REDIS_URL to a server that the tests may use.'

/** Starts a Redis that nobody else uses, and that does not outlive this process. */
export async function startRedis(options: RedisOptions = {}): Promise<PrivateRedis> {
  const file = await findCommand(files, 'redis-server', remedy)
  const folder = await makeTemporaryFolder('redis')
  const serve = (port: number) =>
    ServerProcess.start({
      name: 'Redis',
      file,
      args: serverSettings(port, options),
      folder: folder.path,
      readyText: 'Ready to accept connections',
      endSignal: 'SIGKILL',
    })
  const started = await startOnFreePort(findFreePort, async (port) => ({ port, server: await serve(port) }))
  let server: ServerProcess | undefined = started.server
  const kill = async () => {
    await server?.stop('SIGKILL')
    server = undefined
  }
  return {
    url: `redis://127.0.0.1:${started.port}`,
    port: started.port,
    kill,
    async start() {
      server ??= await serve(started.port)
    },
    async dispose() {
      await kill()
      await folder.dispose()
    },
  }
}

function serverSettings(port: number, { settings, durable = false }: RedisOptions): string[] {
  const all = {
    port,
    bind: '127.0.0.1',
    save: '',
    ...(durable && { appendonly: 'yes', appendfsync: 'always' }),
    ...settings,
  }
  return Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)])
}
