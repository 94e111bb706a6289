import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { QueueError } from '@sluice/core'
import { ManualClock } from '@sluice/queue-memory'
import { expect, onTestFinished, test } from 'vitest'
import { openSqliteBackend } from '../src/open-sqlite-backend.ts'
import { Store } from '../src/store.ts'

const ADD_WORKFLOW = 'INSERT INTO cancelled_workflow VALUES (:workflowId, 0)'

test('takes back all of a transaction that throws', () => {
  const store = openStore()
  const half = () =>
    store.transaction((session) => {
      session.run(ADD_WORKFLOW, { workflowId: 'run' })
      throw new Error('in the middle')
    })
  expect(half).toThrow('in the middle')
  expect(countWorkflows(store)).toBe(0)
})

test('says that it is full, and keeps nothing of what did not fit', () => {
  const store = openStore()
  store.transaction((session) => session.get('PRAGMA max_page_count = 1'))
  const fill = () =>
    store.transaction((session) => {
      for (let row = 0; row < 1000; row++) session.run(ADD_WORKFLOW, { workflowId: `${row}`.padEnd(255) })
    })
  expect(fill).toThrow(expect.objectContaining({ code: 'CAPACITY_EXCEEDED', cause: expect.any(Error) }))
  expect(countWorkflows(store)).toBe(0)
})

test('refuses a file that is open elsewhere, and opens it once it is closed there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-sqlite-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'sluice.db')
  const first = await openSqliteBackend({ path })
  await expect(openSqliteBackend({ path })).rejects.toSatisfy((error) => QueueError.is(error, 'BACKEND_UNAVAILABLE'))
  await first.close()
  const second = await openSqliteBackend({ path })
  await second.close()
})

function openStore(): Store {
  const store = new Store(':memory:', new ManualClock())
  onTestFinished(() => store.close())
  return store
}

function countWorkflows(store: Store): number | undefined {
  const counted = store.transaction((session) =>
    session.get<{ count: number }>('SELECT count(*) AS count FROM cancelled_workflow'),
  )
  return counted?.count
}
