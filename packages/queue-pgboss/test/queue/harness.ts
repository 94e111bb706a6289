import { randomUUID } from 'node:crypto'
import type { QueueHarness } from '@sluice/core/contract'
import { type PostgresServer, startProxy, type TestDatabase } from '@sluice-tooling/services'
import { Client } from 'pg'
import type { PostgresOptions } from '../../src/database/database-options.ts'
import { openDatabase } from '../../src/database/open-database.ts'
import { startBoss } from '../../src/database/start-boss.ts'
import { PgBossJobQueue } from '../../src/queue/pgboss-job-queue.ts'

/** Opens a queue by itself, which closes all that was opened for it. */
export async function openQueue(options: PostgresOptions): Promise<PgBossJobQueue> {
  const database = await openDatabase(options)
  const boss = await startBoss(database)
  const onClose = async () => {
    await boss.stop({ graceful: false })
    await database.close()
  }
  return PgBossJobQueue.open({ database, boss, onClose })
}

/** Makes databases with the schemas in them, by copies, which is faster than to make the schemas each time. */
export async function migratedDatabases(server: PostgresServer): Promise<() => Promise<TestDatabase>> {
  const template = await server.createDatabase()
  await (await openQueue({ connectionString: template.url })).close()
  return async () => {
    const name = `sluice_test_${randomUUID().replaceAll('-', '')}`
    await execute(server.url, `CREATE DATABASE ${name} TEMPLATE ${new URL(template.url).pathname.slice(1)}`)
    const url = new URL(server.url)
    url.pathname = name
    return { url: url.href, dispose: () => execute(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
  }
}

/** The contract's way to a server, which a proxy takes away and gives back. */
export async function serverHarness(name: string, server: PostgresServer): Promise<QueueHarness> {
  const createDatabase = await migratedDatabases(server)
  const proxy = await startProxy(server.url)
  return {
    name,
    faults: { down: () => proxy.refuse(), up: () => proxy.accept() },
    async open() {
      const database = await createDatabase()
      const url = new URL(proxy.url)
      url.pathname = new URL(database.url).pathname
      const open = async () => {
        const queue = await openQueue({ connectionString: url.href })
        return { queue, close: () => queue.close() }
      }
      return { ...(await open()), peer: open, dispose: () => database.dispose() }
    },
  }
}

export async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  try {
    await client.connect()
    await client.query(statement)
  } finally {
    await client.end()
  }
}
