import { startRedis } from '@sluice-tooling/services'
import { Redis } from 'ioredis'

/** A server of the benchmarks' own, without persistence, so that the disk is not what is measured. */
export interface BenchRedis {
  /** A database that each case finds and leaves empty. */
  readonly url: string
  /** A database that keeps what took long to set up. */
  readonly lastingUrl: string
  readonly admin: Redis
  dispose(): Promise<void>
}

let started: Promise<BenchRedis> | undefined

/** Starts the server with the first benchmark that needs it. */
export function benchRedis(): Promise<BenchRedis> {
  started ??= start()
  return started
}

/** Ends the server, if any benchmark needed it. */
export async function stopBenchRedis(): Promise<void> {
  const redis = await started
  await redis?.dispose()
}

async function start(): Promise<BenchRedis> {
  const server = await startRedis({ settings: { save: '""', appendonly: 'no' } })
  const admin = new Redis(server.url)
  return {
    url: server.url,
    lastingUrl: `${server.url}/1`,
    admin,
    async dispose() {
      admin.disconnect()
      await server.dispose()
    },
  }
}
