import type { PostgresServer, TestDatabase } from '@sluice-tooling/services'
import pg from 'pg'
import { openDatabase } from '../src/database/open-database.ts'

/** What tells how a database was migrated, and no more. */
const KEPT_TABLES = ['version', 'migration', 'lease_key']

/** A migrated database that is emptied after each use, which is much faster than to make another. */
export class EmptiedDatabase {
  readonly url: string
  readonly #database: TestDatabase
  readonly #client: pg.Client
  readonly #emptying: string

  static async create(server: PostgresServer): Promise<EmptiedDatabase> {
    const database = await server.createDatabase()
    await (await openDatabase({ connectionString: database.url })).close()
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> ALL ($1)`,
      [KEPT_TABLES],
    )
    return new EmptiedDatabase(
      database,
      client,
      rows.map(({ name }) => name),
    )
  }

  private constructor(database: TestDatabase, client: pg.Client, tables: readonly string[]) {
    this.url = database.url
    this.#database = database
    this.#client = client
    // All at once, in any order: whatever references what is gone is gone too.
    this.#emptying = [
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      'SET session_replication_role = replica',
      ...tables.map((table) => `DELETE FROM ${table}`),
    ].join(';')
  }

  async empty(): Promise<void> {
    await this.#client.query(this.#emptying)
  }

  async dispose(): Promise<void> {
    await this.#client.end()
    await this.#database.dispose()
  }
}
