import type { PgBoss } from 'pg-boss'
import type { Database } from '../database/database.ts'
import type { Statement } from '../database/session.ts'
import bestSourceSql from './best-source.sql'
import { type BossStatements, readBossStatements } from './boss-statements.ts'
import claimSql from './claim.sql'
import completeSql from './complete.sql'
import enqueueSql from './enqueue.sql'
import oneSourceSql from './one-source.sql'
import releaseSql from './release.sql'

/** Numbers of jobs that claims often ask for: a statement for each is kept prepared. */
const USUAL_LIMITS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 7, 8, 10, 16, 20, 32, 50, 64, 100, 200, 500, 1000])

/** Whether a claim takes from one queue that is given, or from the best of many. */
export type ClaimSource = 'one' | 'best'

/** The statements that change what pg-boss keeps: its own, and those in which its own and ours are one. */
export class QueueStatements {
  readonly enqueue: Statement
  readonly complete: Statement
  readonly release: Statement
  readonly removeJobs: Statement
  readonly cancelJobs: Statement
  readonly failJobs: Statement
  readonly updateJob: Statement
  readonly #database: Database
  readonly #boss: BossStatements
  readonly #claims = new Map<string, Statement>()

  constructor(database: Database, boss: BossStatements) {
    this.#database = database
    this.#boss = boss
    this.enqueue = this.#fuse(enqueueSql, boss)
    this.complete = this.#fuse(completeSql, boss)
    this.release = this.#fuse(releaseSql, boss)
    this.removeJobs = database.named(boss.removeJobs)
    this.cancelJobs = database.named(boss.cancelJobs)
    this.failJobs = database.named(boss.failJobs)
    this.updateJob = database.named(boss.updateJob)
  }

  /** @param queue Any queue that there is. */
  static async read(database: Database, boss: PgBoss, queue: string): Promise<QueueStatements> {
    return new QueueStatements(database, await readBossStatements(boss, queue))
  }

  /** Leases up to so many jobs. */
  async claim(source: ClaimSource, limit: number): Promise<Statement> {
    const key = `${source} ${limit}`
    const known = this.#claims.get(key)
    if (known) return known
    const fetchJobs = await this.#boss.fetchJobs(limit)
    const fused = this.#fuse(claimSql, { source: source === 'one' ? oneSourceSql : bestSourceSql, fetchJobs })
    const statement = USUAL_LIMITS.has(limit) ? fused : { text: fused.text }
    this.#claims.set(key, statement)
    return statement
  }

  #fuse(template: string, parts: object): Statement {
    const values = parts as Record<string, unknown>
    const fill = (text: string): string =>
      text.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) =>
        typeof values[name] === 'string' ? fill(values[name]) : placeholder,
      )
    return this.#database.named(this.#database.fill(fill(template)))
  }
}
