import { PGlite } from '@electric-sql/pglite'
import type { PgBoss } from 'pg-boss'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/database/open-database.ts'
import { startBoss } from '../../src/database/start-boss.ts'
import { readBossStatements } from '../../src/queue/boss-statements.ts'

const QUEUE = 'any/queue'

const pglite = await PGlite.create()
const database = await openDatabase({ pglite })
const boss = await startBoss(database)
await boss.createQueue(QUEUE)
afterAll(async () => {
  await boss.stop({ graceful: false })
  await database.close()
  await pglite.close()
})

type Call = 'insert' | 'fetch' | 'complete' | 'deleteJob' | 'update'
interface Options {
  readonly db: { executeSql(text: string): unknown }
}

/** The installed pg-boss, as a version would be whose SQL for one call is another. */
function changedBoss(call: Call, change: (text: string) => string): PgBoss {
  return new Proxy(boss, {
    get(target, name) {
      const method = Reflect.get(target, name)
      if (name !== call) return typeof method === 'function' ? method.bind(target) : method
      return (...values: unknown[]) => {
        const changed = values.map((value) =>
          hasDatabase(value) ? { ...value, db: changedDatabase(value, change) } : value,
        )
        return method.apply(target, changed)
      }
    },
  })
}

function hasDatabase(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && 'db' in value
}

function changedDatabase({ db }: Options, change: (text: string) => string): Options['db'] {
  return { executeSql: (text) => db.executeSql(change(text)) }
}

/** What an upgrade of pg-boss may change, by the call whose statement we make a part of ours. */
const CHANGES: readonly (readonly [call: Call, what: string, text: string, replacement: string])[] = [
  ['insert', 'as x \\(', 'as x (', 'AS item('],
  ['insert', '$1::text::json', '$1::text::json', '$1::json'],
  ['insert', '"ON CONFLICT DO NOTHING" once', 'ON CONFLICT DO NOTHING', 'ON CONFLICT (name, id) DO NOTHING'],
  ['insert', 'as created_on/ once', 'job_now() as created_on', 'now() as created_on'],
  ['fetch', '"ORDER BY j.priority desc, j.created_on" once', 'j.created_on', 'j.id'],
  ['fetch', '"$1::int" once', '$1::int', '$1::smallint'],
  ['complete', 'the frame "WITH results AS', 'WITH results AS', 'WITH changed AS'],
  ['complete', `"AND state = 'active'" once`, "state = 'active'", "state IN ('active')"],
  ['deleteJob', '"= ANY($2::uuid[])" once', 'ANY($2::uuid[])', 'ALL($2::uuid[])'],
]

describe('the statements of pg-boss', () => {
  it('are those that ours are made for', async () => {
    const statements = await readBossStatements(boss, QUEUE)
    const texts = [statements.insertJobs, statements.completeJobs, statements.deleteJobs, await statements.fetchJobs(7)]
    for (const text of texts) expect(text).not.toContain(QUEUE)
    expect(texts[3]).toContain('LIMIT 7')
  })

  for (const [call, what, text, replacement] of CHANGES) {
    it(`are refused by name where ${call}() has no longer ${what}`, async () => {
      const changed = changedBoss(call, (sql) => sql.replaceAll(text, replacement))
      const reading = readBossStatements(changed, QUEUE).then((statements) => statements.fetchJobs(1))
      await expect(reading).rejects.toThrow(`the SQL of pg-boss for ${call}() has no longer`)
      await expect(reading).rejects.toThrow(what)
      await expect(reading).rejects.toThrow('install pg-boss 12.38')
    })
  }

  it('are refused where a call has become several', async () => {
    const twice = {
      ...changedBoss('insert', (sql) => sql),
      insert: async (_: string, __: unknown, { db }: Options) => {
        await db.executeSql('SELECT 1')
        await db.executeSql('SELECT 2')
      },
    } as unknown as PgBoss
    await expect(readBossStatements(twice, QUEUE)).rejects.toThrow('exactly one statement')
  })
})
