import { randomUUID } from 'node:crypto'
import { Client } from 'pg'

/** A server on which tests have databases of their own. */
export interface PostgresServer {
  readonly url: string
  /** Creates an empty database. */
  createDatabase(): Promise<TestDatabase>
}

/** A database of one test or file. */
export interface TestDatabase {
  readonly url: string
  /** Ends every session and drops the database. */
  dispose(): Promise<void>
}

/** Uses the server at a URL, whose user may create databases. */
export function postgresAt(url: string): PostgresServer {
  return {
    url,
    async createDatabase() {
      const name = `sluice_test_${randomUUID().replaceAll('-', '')}`
      await execute(url, `CREATE DATABASE ${name} TEMPLATE template0`)
      const database = new URL(url)
      database.pathname = name
      return { url: database.href, dispose: () => execute(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
    },
  }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  try {
    await client.connect()
    await client.query(statement)
  } finally {
    await client.end()
  }
}
