import { testPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPgBossBackend } from '../../src/create-pgboss-backend.ts'
import type { PostgresOptions } from '../../src/database/database-options.ts'
import { openDatabase } from '../../src/database/open-database.ts'
import { BOSS_SCHEMA_VERSION } from '../../src/database/start-boss.ts'
import { migrationSql } from '../../src/migrations/migration-sql.ts'
import { MIGRATIONS } from '../../src/migrations/migrations.ts'
import { SchemaError } from '../../src/migrations/schema-error.ts'

const server = await testPostgres()

/** A database, and a client of its owner. */
async function newDatabase() {
  const { url, dispose } = await server.createDatabase()
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(async () => {
    await client.end()
    await dispose()
  })
  return { url, client }
}

async function opens(options: PostgresOptions): Promise<void> {
  await (await openDatabase(options)).close()
}

describe('migrations', () => {
  it('are applied once, however many processes start at once', async () => {
    const { url, client } = await newDatabase()
    await Promise.all(Array.from({ length: 6 }, () => opens({ connectionString: url })))
    const { rows } = await client.query('SELECT version, name FROM sluice.migration ORDER BY version')
    expect(rows).toEqual(MIGRATIONS.map(({ version, name }) => ({ version, name })))
    const { rows: boss } = await client.query('SELECT version FROM sluice_pgboss.version')
    expect(boss).toEqual([{ version: BOSS_SCHEMA_VERSION }])
  })

  it('keep namespaces of one database apart', async () => {
    const { url, client } = await newDatabase()
    await opens({ connectionString: url, namespace: 'tenant_a' })
    await opens({ connectionString: url, namespace: 'tenant_b', pgBossSchema: 'boss_of_b' })
    const { rows } = await client.query(
      "SELECT nspname AS name FROM pg_namespace WHERE nspname ~ 'tenant|boss' ORDER BY 1",
    )
    expect(rows.map(({ name }) => name)).toEqual(['boss_of_b', 'tenant_a', 'tenant_a_pgboss', 'tenant_b'])
  })

  it('leave a newer schema alone, and say what to do', async () => {
    const { url, client } = await newDatabase()
    await opens({ connectionString: url })
    await client.query("INSERT INTO sluice.migration (version, name) VALUES (1000, 'from-the-future')")
    for (const migrate of [true, false]) {
      const opening = opens({ connectionString: url, migrate })
      await expect(opening).rejects.toThrow(SchemaError)
      await expect(opening).rejects.toThrow(/schema "sluice" is at version 1000, .* update this one/)
    }
  })

  it('leave a newer schema of pg-boss alone', async () => {
    const { url, client } = await newDatabase()
    await opens({ connectionString: url })
    await client.query('UPDATE sluice_pgboss.version SET version = 1000')
    await expect(opens({ connectionString: url })).rejects.toThrow('schema "sluice_pgboss" is at version 1000')
  })

  it('are only looked at where that is asked for', async () => {
    const { url, client } = await newDatabase()
    const opening = opens({ connectionString: url, migrate: false })
    await expect(opening).rejects.toThrow(SchemaError)
    await expect(opening).rejects.toThrow('run "sluice migrate", or open it with migrate: true')
    const { rows } = await client.query("SELECT FROM pg_namespace WHERE nspname LIKE 'sluice%'")
    expect(rows).toEqual([])
    await opens({ connectionString: url })
    await opens({ connectionString: url, migrate: false })
  })

  it('can be printed, and run by another role than the one that works', async () => {
    const { url, client } = await newDatabase()
    const role = new URL(url).pathname.slice(1)
    await client.query(`CREATE ROLE ${role} LOGIN`)
    onTestFinished(async () => {
      await client.query(`DROP OWNED BY ${role}`)
      await client.query(`DROP ROLE ${role}`)
    })
    const asRole = new URL(url)
    asRole.username = role
    const options = { connectionString: asRole.href, namespace: 'shop' }
    const opening = opens(options)
    await expect(opening).rejects.toThrow(SchemaError)
    await expect(opening).rejects.toThrow('sluice migrate --print')

    await client.query(migrationSql({ namespace: 'shop' }))
    await client.query(`
      GRANT USAGE ON SCHEMA shop, shop_pgboss TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop, shop_pgboss TO ${role};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA shop, shop_pgboss TO ${role};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA shop, shop_pgboss TO ${role};
    `)
    const { queue, workers, close } = await createPgBossBackend({ ...options, migrate: false })
    await queue.enqueue({ workflowId: 'run', jobId: 'build', command: 'make', requiredLabels: ['linux'] })
    expect(await queue.claim({ workerId: 'w1', labels: ['linux'], leaseTtlMs: 60_000 })).not.toBeNull()
    expect(await workers.list()).toEqual([])
    await close()
  })

  it('finish what a run of the printed SQL left out', async () => {
    const { url, client } = await newDatabase()
    const [first = ''] = migrationSql().split(/^-- 2: /m)
    await client.query(first)
    await opens({ connectionString: url })
    const { rows } = await client.query('SELECT count(*)::integer AS count FROM sluice.migration')
    expect(rows).toEqual([{ count: MIGRATIONS.length }])
  })

  it('want a database of UTF8', async () => {
    const { url, client } = await newDatabase()
    const name = `${new URL(url).pathname.slice(1)}_ascii`
    await client.query(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc`,
    )
    onTestFinished(async () => void (await client.query(`DROP DATABASE ${name}`)))
    const ascii = new URL(url)
    ascii.pathname = name
    await expect(opens({ connectionString: ascii.href })).rejects.toThrow("create a database with ENCODING 'UTF8'")
  })
})
