import { setTimeout as sleep } from 'node:timers/promises'
import { crashStorm, startProxy, startRedis } from '@sluice-tooling/services'
import { expect, test } from 'vitest'

const module = new URL('./storm-queue.ts', import.meta.url).href
/** Long enough to meet what there is to meet; `SLUICE_STORM` makes it longer, in JSON, as in `{"jobs":5000,"strikes":30}`. */
const storm = {
  module,
  jobs: 150,
  strikes: 12,
  strikeEveryMs: 1000,
  patienceMs: 150_000,
  ...JSON.parse(process.env.SLUICE_STORM ?? '{}'),
}
const namespace = 'storm'
const timeout = storm.patienceMs + 60_000

/** Does something a few times while a storm lasts. */
async function repeatedly(over: AbortSignal, times: number, everyMs: number, act: () => unknown): Promise<void> {
  for (let left = times; left > 0; left--) {
    await sleep(everyMs, undefined, { signal: over }).catch(() => {})
    if (over.aborted) return
    await act()
  }
}

test('no job is lost or done twice by processes that are killed', { timeout }, async () => {
  const server = await startRedis()
  try {
    const report = await crashStorm({ ...storm, argument: { url: server.url, namespace } })
    expect(report).toMatchObject({ breaches: [] })
    expect(report.kills).toBeGreaterThan(0)
  } finally {
    await server.dispose()
  }
})

test('a Redis that is killed and started again loses nothing that it acknowledged', { timeout }, async () => {
  const server = await startRedis({ durable: true })
  try {
    const restart = async () => {
      await server.kill()
      await server.start()
    }
    const report = await crashStorm({
      ...storm,
      argument: { url: server.url, namespace },
      disturb: (over) => repeatedly(over, 6, 1500, restart),
    })
    expect(report).toMatchObject({ breaches: [] })
  } finally {
    await server.dispose()
  }
})

test('connections that are cut, and replies that are lost, are made good', { timeout }, async () => {
  const server = await startRedis()
  const proxy = await startProxy(server.url)
  try {
    const report = await crashStorm({
      ...storm,
      argument: { url: proxy.url, namespace },
      disturb: (over) => repeatedly(over, 25, 400, () => proxy.dropReplies(3, 'evalsha')),
    })
    expect(report).toMatchObject({ breaches: [] })
  } finally {
    await proxy.dispose()
    await server.dispose()
  }
})
