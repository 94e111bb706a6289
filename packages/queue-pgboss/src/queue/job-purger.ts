import type { PgBoss } from 'pg-boss'
import type { Database } from '../database/database.ts'
import { bossIn } from '../database/start-boss.ts'
import purgeJobsSql from './purge-jobs.sql'
import purgeWorkflowsSql from './purge-workflows.sql'
import readClockSql from './read-clock.sql'

/** Jobs that one transaction removes: few, so that it blocks nobody for long. */
const MAX_BATCH = 500

/** Forgets jobs that ended long ago, and that workflows were cancelled. */
export class JobPurger {
  readonly #database: Database
  readonly #boss: PgBoss

  constructor(database: Database, boss: PgBoss) {
    this.#database = database
    this.#boss = boss
  }

  /** Removes what ended more than `olderThanMs` ago; tells of how many jobs. */
  async purge(olderThanMs: number): Promise<number> {
    const [clock] = await this.#database.query<{ now: number }>(readClockSql)
    const before = (clock?.now ?? 0) - olderThanMs
    let purged = 0
    for (;;) {
      const batch = await this.#purgeBatch(before)
      if (batch === 0) break
      purged += batch
    }
    await this.#database.query(purgeWorkflowsSql, [before])
    return purged
  }

  async #purgeBatch(before: number): Promise<number> {
    return this.#database.transaction(async (session) => {
      const rows = await session.query<{ queue: string; ids: string[] }>(purgeJobsSql, [before, MAX_BATCH])
      for (const { queue, ids } of rows) await this.#boss.deleteJob(queue, ids, { db: bossIn(session) })
      return rows.reduce((sum, { ids }) => sum + ids.length, 0)
    })
  }
}
