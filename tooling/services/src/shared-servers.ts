import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startPostgres } from './postgres/start-postgres.ts'
import { startRedis } from './redis/start-redis.ts'

/** The servers that the test files of one run share. */
export type SharedServer = keyof typeof starts

const starts = { postgres: () => startPostgres(), redis: () => startRedis() }
const addressVariable = 'SLUICE_TEST_SERVERS'

const running = new Map<SharedServer, Promise<{ readonly url: string; dispose(): Promise<void> }>>()

/**
 * Tells the URL of a server that this run shares, and starts it if nobody has asked before.
 *
 * In a run of tests the process that shares servers starts it; else this one does. Either ends it when it ends itself.
 */
export async function sharedServerUrl(name: SharedServer): Promise<string> {
  const address = process.env[addressVariable]
  if (!address) return (await start(name)).url
  const response = await fetch(`${address}/${name}`)
  const answer = await response.text()
  if (!response.ok) throw new Error(answer)
  return answer
}

/** Starts servers for other processes, each when the first asks for it, and returns a function that stops them all. */
export async function shareServers(): Promise<() => Promise<void>> {
  // Another project of the same run does it.
  if (process.env[addressVariable]) return async () => {}
  const broker = createServer(async (request, response) => {
    try {
      response.end((await start(request.url?.slice(1) as SharedServer)).url)
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve))
  broker.unref()
  process.env[addressVariable] = `http://127.0.0.1:${(broker.address() as AddressInfo).port}`
  return async () => {
    delete process.env[addressVariable]
    broker.close()
    await Promise.allSettled([...running.values()].map(async (server) => (await server).dispose()))
  }
}

function start(name: SharedServer) {
  const server = running.get(name) ?? starts[name]()
  running.set(name, server)
  return server
}
