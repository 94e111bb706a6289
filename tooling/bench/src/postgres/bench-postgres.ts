import { type PrivatePostgres, startPostgres, type TestDatabase } from '@sluice-tooling/services'

let started: Promise<PrivatePostgres> | undefined

/** A server of the benchmarks' own that waits for the disk as in production; started with the first benchmark that needs it. */
export function benchPostgres(): Promise<PrivatePostgres> {
  started ??= startPostgres({ durable: true, settings: { shared_buffers: '512MB', max_wal_size: '4GB' } })
  return started
}

/** Ends the server, if any benchmark needed it. */
export async function stopBenchPostgres(): Promise<void> {
  await (await started)?.dispose()
}

/** Gives an empty database to a measurement, and removes it afterwards. */
export async function withDatabase(measure: (url: string) => Promise<number>): Promise<number> {
  const database = await (await benchPostgres()).createDatabase()
  try {
    return await measure(database.url)
  } finally {
    await database.dispose()
  }
}

const lasting = new Map<string, Promise<TestDatabase>>()

/** A database that is filled once and kept until the end, because that takes long. */
export function filledDatabase(name: string, fill: (url: string) => Promise<void>): Promise<TestDatabase> {
  const known = lasting.get(name)
  if (known) return known
  const filling = createFilled(fill)
  lasting.set(name, filling)
  return filling
}

async function createFilled(fill: (url: string) => Promise<void>): Promise<TestDatabase> {
  const database = await (await benchPostgres()).createDatabase()
  await fill(database.url)
  return database
}
