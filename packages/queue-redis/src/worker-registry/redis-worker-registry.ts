import {
  type JobRef,
  parseAge,
  parseId,
  parseRunning,
  parseWorkerInfo,
  type WorkerInfo,
  WorkerNotFoundError,
  type WorkerRecord,
  type WorkerRegistry,
} from '@sluice/core'
import type { RedisConnectionOptions } from '../connection/connection-options.ts'
import { RedisConnection } from '../connection/redis-connection.ts'
import type { RedisSession } from '../connection/redis-session.ts'
import { Script } from '../connection/script.ts'
import deregisterWorker from './deregister-worker.lua'
import heartbeatWorker from './heartbeat-worker.lua'
import listWorkers from './list-workers.lua'
import purgeWorkers from './purge-workers.lua'
import registerWorker from './register-worker.lua'

type WorkerFields = readonly [workerId: string, info: string, registeredAt: string, lastSeenAt: string, running: string]
type ListReply = readonly [now: number, workers: readonly WorkerFields[], last: string | null]
type PurgeReply = readonly [removed: number, last: string | null]

const REGISTER_WORKER = new Script<null>('register-worker', registerWorker)
const HEARTBEAT_WORKER = new Script<number>('heartbeat-worker', heartbeatWorker)
const DEREGISTER_WORKER = new Script<null>('deregister-worker', deregisterWorker)
const LIST_WORKERS = new Script<ListReply>('list-workers', listWorkers)
const PURGE_WORKERS = new Script<PurgeReply>('purge-workers', purgeWorkers)

const LOOKED_AT_AT_ONCE = 500

/** The workers that are there, in Redis. */
export class RedisWorkerRegistry implements WorkerRegistry {
  readonly #session: RedisSession

  constructor(connection: RedisConnection) {
    this.#session = connection.session()
  }

  /**
   * Opens the registry on a connection of its own.
   *
   * @throws {ValidationError}
   * @throws {BackendUnavailableError}
   */
  static async open(options: RedisConnectionOptions = {}): Promise<RedisWorkerRegistry> {
    return RedisConnection.openFor(options, (connection) => new RedisWorkerRegistry(connection))
  }

  async register(worker: WorkerInfo): Promise<void> {
    this.#session.assertOpen()
    const info = parseWorkerInfo(worker)
    await this.#run(REGISTER_WORKER, [info.workerId, JSON.stringify(info), info.offlineAfterMs])
  }

  async heartbeat(workerId: string, running: readonly JobRef[]): Promise<void> {
    this.#session.assertOpen()
    parseId(workerId, 'workerId')
    const isKnown = await this.#run(HEARTBEAT_WORKER, [workerId, JSON.stringify(parseRunning(running))])
    if (!isKnown) throw new WorkerNotFoundError(workerId)
  }

  async deregister(workerId: string): Promise<void> {
    this.#session.assertOpen()
    await this.#run(DEREGISTER_WORKER, [parseId(workerId, 'workerId')])
  }

  async list(): Promise<readonly WorkerRecord[]> {
    this.#session.assertOpen()
    const records: WorkerRecord[] = []
    for (let from: string | null = '-'; from !== null; ) {
      const [now, workers, last]: ListReply = await this.#run(LIST_WORKERS, [from, LOOKED_AT_AT_ONCE])
      records.push(...workers.map((fields) => decodeWorker(fields, now)))
      from = last === null ? null : `(${last}`
    }
    // Redis orders by UTF-8 bytes, and JavaScript by UTF-16 units.
    return records.sort((a, b) => (a.workerId < b.workerId ? -1 : 1))
  }

  async purge(olderThanMs: number): Promise<number> {
    this.#session.assertOpen()
    const ageMs = parseAge(olderThanMs, 'olderThanMs')
    let total = 0
    for (let from: string | null = '-'; from !== null; ) {
      const [removed, last]: PurgeReply = await this.#run(PURGE_WORKERS, [from, LOOKED_AT_AT_ONCE, ageMs])
      total += removed
      from = last === null ? null : `(${last}`
    }
    return total
  }

  /** Makes every later call reject with `QueueClosedError`. */
  async close(): Promise<void> {
    await this.#session.close()
  }

  #run<Reply>(script: Script<Reply>, args: readonly (string | number)[]): Promise<Reply> {
    return this.#session.run(script, [this.#session.keys.prefix], args)
  }
}

function decodeWorker([, info, registeredAt, lastSeenAt, running]: WorkerFields, now: number): WorkerRecord {
  const worker: WorkerInfo = JSON.parse(info)
  return {
    ...worker,
    online: now < Number(lastSeenAt) + worker.offlineAfterMs,
    registeredAt: Number(registeredAt),
    lastSeenAt: Number(lastSeenAt),
    running: JSON.parse(running),
  }
}
