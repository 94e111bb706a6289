import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { FaultControl, Handle, Harness } from '@sluice/core/contract'
import { type PostgresServer, startProxy } from '@sluice-tooling/services'
import type { PostgresOptions } from '../src/database/database-options.ts'
import { EmptiedDatabase } from './emptied-database.ts'
import { emptyingOf } from './empty-namespace.ts'

/** Where the stores of a suite are. */
export interface StoreSource {
  readonly name: string
  readonly faults: FaultControl | null
  /** Makes a new and empty store. */
  create(): Promise<{ readonly options: PostgresOptions; dispose(): Promise<void> }>
  dispose(): Promise<void>
}

/** Databases on a server, by way of a proxy that can take the server away. */
export async function postgresSource(server: PostgresServer): Promise<StoreSource> {
  const proxy = await startProxy(server.url)
  const databases: EmptiedDatabase[] = []
  const free: EmptiedDatabase[] = []
  const createDatabase = async () => {
    const database = await EmptiedDatabase.create(server)
    databases.push(database)
    return database
  }
  return {
    name: 'PostgreSQL',
    faults: { down: () => proxy.refuse(), up: () => proxy.accept() },
    async create() {
      const database = free.pop() ?? (await createDatabase())
      const url = new URL(proxy.url)
      url.pathname = new URL(database.url).pathname
      return {
        options: { connectionString: url.href },
        async dispose() {
          await database.empty()
          free.push(database)
        },
      }
    },
    async dispose() {
      await proxy.dispose()
      await Promise.all(databases.map((database) => database.dispose()))
    },
  }
}

/** Namespaces of one database in memory, each emptied after its use. */
export async function memorySource(): Promise<StoreSource> {
  const pglite = await PGlite.create()
  const free: string[] = []
  let count = 0
  return {
    name: 'PGlite in memory',
    faults: null,
    async create() {
      const namespace = free.pop() ?? `test_${++count}`
      return {
        options: { pglite, namespace },
        async dispose() {
          await pglite.exec(emptyingOf(namespace))
          free.push(namespace)
        },
      }
    },
    dispose: () => pglite.close(),
  }
}

/** Databases in folders, each emptied after its use. */
export async function folderSource(): Promise<StoreSource> {
  const home = await mkdtemp(join(tmpdir(), 'sluice-pglite-'))
  const free: string[] = []
  let count = 0
  return {
    name: 'PGlite in a folder',
    faults: null,
    async create() {
      const folder = free.pop() ?? join(home, `${++count}`)
      return {
        options: { pglite: folder },
        async dispose() {
          const pglite = await PGlite.create(folder)
          await pglite.exec(emptyingOf())
          await pglite.close()
          free.push(folder)
        },
      }
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
