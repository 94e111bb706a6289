import { type PostgresServer, postgresAt } from './postgres/postgres-server.ts'
import { sharedServerUrl } from './shared-servers.ts'

/** The server at `DATABASE_URL`, else one that the test files of a run share. */
export async function testPostgres(): Promise<PostgresServer> {
  return postgresAt(process.env.DATABASE_URL || (await sharedServerUrl('postgres')))
}
