import type { PostgresServer, TestDatabase } from '@sluice-tooling/services'
import pg from 'pg'
import { openDatabase } from '../src/database/open-database.ts'
import { emptyingOf } from './empty-namespace.ts'

/** A migrated database on a server that is emptied after each use. */
export class EmptiedDatabase {
  readonly url: string
  readonly #database: TestDatabase
  readonly #client: pg.Client

  static async create(server: PostgresServer): Promise<EmptiedDatabase> {
    const database = await server.createDatabase()
    await (await openDatabase({ connectionString: database.url })).close()
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    return new EmptiedDatabase(database, client)
  }

  private constructor(database: TestDatabase, client: pg.Client) {
    this.url = database.url
    this.#database = database
    this.#client = client
  }

  async empty(): Promise<void> {
    await this.#client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    await this.#client.query(emptyingOf())
  }

  async dispose(): Promise<void> {
    await this.#client.end()
    await this.#database.dispose()
  }
}
