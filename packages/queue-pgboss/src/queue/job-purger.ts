import type { Database } from '../database/database.ts'
import purgeJobsSql from './purge-jobs.sql'
import purgeWorkflowsSql from './purge-workflows.sql'
import type { QueueStatements } from './queue-statements.ts'
import readClockSql from './read-clock.sql'

/** Jobs that one transaction removes: few, so that it blocks nobody for long. */
const MAX_BATCH = 500

/** Forgets jobs that ended long ago, and that workflows were cancelled. */
export class JobPurger {
  readonly #database: Database
  readonly #statements: QueueStatements

  constructor(database: Database, statements: QueueStatements) {
    this.#database = database
    this.#statements = statements
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
      for (const { queue, ids } of rows) void session.query(this.#statements.removeJobs, [queue, ids])
      return rows.reduce((sum, { ids }) => sum + ids.length, 0)
    })
  }
}
