import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { sourceFlags } from '@sluice-tooling/services'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../src/database/open-database.ts'

const holdFolder = fileURLToPath(new URL('hold-folder.ts', import.meta.url))

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-pglite-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

describe('an embedded database', { timeout: 120_000 }, () => {
  it('in a folder is for one process; what a killed one stored is there for the next', async () => {
    const folder = await newFolder()
    const holder = spawn(process.execPath, [...sourceFlags, holdFolder, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void holder.kill('SIGKILL'))
    await once(holder.stdout, 'data')
    const opening = openDatabase({ pglite: folder })
    await expect(opening).rejects.toMatchObject({ name: 'FolderLockedError', pid: holder.pid })
    await expect(opening).rejects.toThrow(`${folder} is in use by process ${holder.pid}`)
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const database = await openDatabase({ pglite: folder })
    onTestFinished(() => database.close())
    expect(await database.query({ text: 'SELECT n FROM held' })).toEqual([{ n: 7 }])
    expect(database.isDurable).toBe(true)
  })

  it('of the application is used, and never closed', async () => {
    const pglite = await PGlite.create()
    onTestFinished(() => pglite.close())
    const database = await openDatabase({ pglite })
    expect([database.isServer, database.isDurable]).toEqual([false, false])
    const heard = Promise.withResolvers<string>()
    await database.listen('A Channel', { onPayload: heard.resolve, onReconnect: () => {} })
    await database.query({ text: `SELECT pg_notify('A Channel', 'hello')` })
    expect(await heard.promise).toBe('hello')
    const { a, b } = await database.transaction(async (session) => ({
      a: session.query('SELECT 1::bigint AS n'),
      b: session.query('SELECT 2 AS n'),
    }))
    expect([await a, await b]).toEqual([[{ n: 1 }], [{ n: 2 }]])
    const failed = database.transaction(async (session) => {
      session.query('SELECT 1 / 0')
      session.query('SELECT 2')
    })
    await expect(failed).rejects.toMatchObject({ code: '22012' })
    await database.close()
    await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 'QUEUE_CLOSED' })
    expect((await pglite.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  })

  it('is vacuumed in between, which nothing else does', async () => {
    const pglite = await PGlite.create()
    onTestFinished(() => pglite.close())
    const database = await openDatabase({ pglite })
    await database.query({ text: `INSERT INTO sluice.deleted_run SELECT generate_series(1, 1000)` })
    await database.query({ text: 'DELETE FROM sluice.deleted_run' })
    for (let statements = 0; statements < 10_000; statements++) await database.query({ text: 'SELECT 1' })
    const dead = async () => {
      const { rows } = await pglite.query<{ pages: number }>(
        `SELECT (pg_relation_size('sluice.deleted_run') / 8192)::integer AS pages`,
      )
      return rows[0]?.pages
    }
    await expect.poll(dead).toBe(0)
  })
})
