import { BackendUnavailableError } from '@sluice/core'
import { expect, test, vi } from 'vitest'
import { CallBatch } from '../../src/queue/call-batch.ts'

/** A batch whose calls are answered when the test says so. */
function heldBatch(sizeOf?: (request: number) => number) {
  const sent: { requests: readonly number[]; resolve(): void; reject(error: unknown): void }[] = []
  const send = (requests: readonly number[]) =>
    new Promise<readonly string[]>((resolve, reject) => {
      sent.push({ requests, resolve: () => resolve(requests.map((request) => `reply ${request}`)), reject })
    })
  const room = { assertRoomBehind: vi.fn() }
  return { batch: new CallBatch(room, send, sizeOf), sent, room }
}

const nextTick = () => new Promise<void>((resolve) => process.nextTick(resolve))
const range = (count: number) => Array.from({ length: count }, (_, index) => index)

test('sends the calls of one turn together, and gives each its reply', async () => {
  const { batch, sent } = heldBatch()
  const calls = range(3).map((request) => batch.call(request))
  await nextTick()
  expect(sent.map(({ requests }) => requests)).toEqual([[0, 1, 2]])
  sent[0]?.resolve()
  expect(await Promise.all(calls)).toEqual(['reply 0', 'reply 1', 'reply 2'])
})

test('sends what follows from one reply together', async () => {
  const { batch, sent } = heldBatch()
  const calls = range(3).map(async (request) => batch.call(await batch.call(request).then(() => request + 10)))
  await nextTick()
  sent[0]?.resolve()
  await nextTick()
  await nextTick()
  expect(sent[1]?.requests).toEqual([10, 11, 12])
  sent[1]?.resolve()
  await Promise.all(calls)
})

test('sends no more at a time than Redis answers soon', async () => {
  const { batch, sent } = heldBatch((request) => (request === 60 ? 400 * 1024 : 200 * 1024))
  for (const request of [60, 60, 1, 1, 1]) void batch.call(request)
  await nextTick()
  expect(sent.map(({ requests }) => requests)).toEqual([[60], [60], [1, 1], [1]])
})

test('keeps the line of what is sent short, and the order', async () => {
  const { batch, sent } = heldBatch()
  const calls = range(1000).map((request) => batch.call(request))
  await nextTick()
  expect(sent.length).toBe(8)
  for (let index = 0; index < 20; index++) {
    sent[index]?.resolve()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(sent.flatMap(({ requests }) => requests)).toEqual(range(1000))
  await Promise.all(calls)
})

test('refuses all who stand in line when Redis is down', async () => {
  const { batch, sent } = heldBatch()
  const calls = Promise.allSettled(range(1000).map((request) => batch.call(request)))
  await nextTick()
  for (const { reject } of [...sent]) reject(new BackendUnavailableError('Redis'))
  expect((await calls).every(({ status }) => status === 'rejected')).toBe(true)
  expect(sent.length).toBe(8)
})

test('refuses only the calls that were sent together for another reason', async () => {
  const { batch, sent } = heldBatch(() => 400 * 1024)
  const calls = Promise.allSettled([batch.call(1), batch.call(2)])
  await nextTick()
  sent[0]?.reject(new Error('full'))
  sent[1]?.resolve()
  expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
})

test('asks whether there is room behind those that wait, and refuses a call where there is none', async () => {
  const { batch, sent, room } = heldBatch(() => 10)
  const calls = range(401).map((request) => batch.call(request))
  expect(room.assertRoomBehind).toHaveBeenLastCalledWith(400, 4000)
  await nextTick()
  room.assertRoomBehind.mockImplementation(() => {
    throw new BackendUnavailableError('Redis')
  })
  await expect(batch.call(401)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
  expect(room.assertRoomBehind).toHaveBeenLastCalledWith(1, 10)
  for (let index = 0; index < 9; index++) {
    sent[index]?.resolve()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect((await Promise.all(calls)).length).toBe(401)
})
