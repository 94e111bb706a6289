import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { FaultControl, Handle, Harness } from '@sluice/core/contract'
import { type PostgresServer, startProxy } from '@sluice-tooling/services'
import pg from 'pg'
import type { PostgresOptions } from '../src/database/database-options.ts'
import { openDatabase } from '../src/database/open-database.ts'

/** Where the stores of a suite are. */
export interface StoreSource {
  readonly name: string
  readonly faults: FaultControl | null
  /** Makes a new and empty store. */
  create(): Promise<{ readonly options: PostgresOptions; dispose(): Promise<void> }>
  dispose(): Promise<void>
}

/** Databases on a server, each a copy of one that is migrated, by way of a proxy that can take the server away. */
export async function postgresSource(server: PostgresServer): Promise<StoreSource> {
  const proxy = await startProxy(server.url)
  const template = await server.createDatabase()
  await (await openDatabase({ connectionString: template.url })).close()
  const admin = new pg.Pool({ connectionString: server.url, max: 2 })
  let count = 0
  return {
    name: 'PostgreSQL',
    faults: { down: () => proxy.refuse(), up: () => proxy.accept() },
    async create() {
      const name = `${databaseOf(template.url)}_${++count}`
      await admin.query(`CREATE DATABASE ${name} TEMPLATE ${databaseOf(template.url)} STRATEGY file_copy`)
      const url = new URL(proxy.url)
      url.pathname = name
      return {
        options: { connectionString: url.href },
        dispose: async () => void (await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)),
      }
    },
    async dispose() {
      await proxy.dispose()
      await admin.end()
      await template.dispose()
    },
  }
}

/** Namespaces of one database in memory. */
export async function memorySource(): Promise<StoreSource> {
  const pglite = await PGlite.create()
  let count = 0
  return {
    name: 'PGlite in memory',
    faults: null,
    async create() {
      const namespace = `test_${++count}`
      return {
        options: { pglite, namespace },
        dispose: async () => void (await pglite.exec(`DROP SCHEMA ${namespace}, ${namespace}_pgboss CASCADE`)),
      }
    },
    dispose: () => pglite.close(),
  }
}

/** Databases in folders, each a copy of one that is migrated. */
export async function folderSource(): Promise<StoreSource> {
  const home = await mkdtemp(join(tmpdir(), 'sluice-pglite-'))
  const template = join(home, 'template')
  await (await openDatabase({ pglite: template })).close()
  let count = 0
  return {
    name: 'PGlite in a folder',
    faults: null,
    async create() {
      const folder = join(home, `${++count}`)
      await cp(template, folder, { recursive: true })
      return { options: { pglite: folder }, dispose: () => rm(folder, { recursive: true }) }
    },
    dispose: () => rm(home, { recursive: true }),
  }
}

/** Lets a suite open its stores from a source; several at once only where that is a server. */
export function harnessOf<Subject>(
  source: StoreSource,
  open: (options: PostgresOptions) => Promise<Handle<Subject>>,
): Harness<Subject> {
  return {
    name: source.name,
    faults: source.faults,
    async open() {
      const { options, dispose } = await source.create()
      return { ...(await open(options)), peer: () => open(options), dispose }
    },
  }
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1)
}
