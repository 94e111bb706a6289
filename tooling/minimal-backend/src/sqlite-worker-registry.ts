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
import type { Store } from './store.ts'

interface WorkerRow {
  readonly info: string
  readonly online: number
  readonly registered_at: number
  readonly last_seen_at: number
  readonly running: string
}

/** The workers that are there, in a SQLite file. */
export class SqliteWorkerRegistry implements WorkerRegistry {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async register(worker: WorkerInfo): Promise<void> {
    this.#store.transaction((session) => {
      const info = parseWorkerInfo(worker)
      session.run(`INSERT OR REPLACE INTO worker VALUES (:workerId, :info, :offlineAfterMs, :now, :now, '[]')`, {
        workerId: info.workerId,
        info: JSON.stringify(info),
        offlineAfterMs: info.offlineAfterMs,
        now: session.now,
      })
    })
  }

  async heartbeat(workerId: string, running: readonly JobRef[]): Promise<void> {
    this.#store.transaction((session) => {
      const noted = session.run(
        'UPDATE worker SET last_seen_at = :now, running = :running WHERE worker_id = :workerId',
        {
          workerId: parseId(workerId, 'workerId'),
          running: JSON.stringify(parseRunning(running)),
          now: session.now,
        },
      )
      if (noted === 0) throw new WorkerNotFoundError(workerId)
    })
  }

  async deregister(workerId: string): Promise<void> {
    this.#store.transaction((session) => {
      session.run('DELETE FROM worker WHERE worker_id = :workerId', { workerId: parseId(workerId, 'workerId') })
    })
  }

  async list(): Promise<readonly WorkerRecord[]> {
    return this.#store.transaction((session) => {
      const rows = session.all<WorkerRow>(
        'SELECT *, :now < last_seen_at + offline_after_ms AS online FROM worker ORDER BY worker_id',
        { now: session.now },
      )
      return rows.map(({ info, online, registered_at, last_seen_at, running }) => ({
        ...JSON.parse(info),
        online: online === 1,
        registeredAt: registered_at,
        lastSeenAt: last_seen_at,
        running: JSON.parse(running),
      }))
    })
  }

  async purge(olderThanMs: number): Promise<number> {
    return this.#store.transaction((session) => {
      const before = session.now - parseAge(olderThanMs, 'olderThanMs')
      return session.run(
        'DELETE FROM worker WHERE last_seen_at < :before AND last_seen_at + offline_after_ms <= :now',
        {
          before,
          now: session.now,
        },
      )
    })
  }
}
