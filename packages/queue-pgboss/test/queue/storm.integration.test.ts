import { setTimeout as sleep } from 'node:timers/promises'
import { crashStorm, startPostgres, startProxy, testPostgres } from '@sluice-tooling/services'
import { expect, test } from 'vitest'
import { openBackend } from './storm-queue.ts'

/** Long enough to meet what there is to meet; `SLUICE_STORM` makes it longer, in JSON, as in `{"jobs":2000,"strikes":30}`. */
const storm = {
  module: new URL('./storm-queue.ts', import.meta.url).href,
  jobs: 150,
  strikes: 12,
  strikeEveryMs: 1000,
  patienceMs: 200_000,
  ...JSON.parse(process.env.SLUICE_STORM ?? '{}'),
}
const timeout = storm.patienceMs + 60_000

test('no job is lost or done twice by processes that are killed', { timeout }, async () => {
  const database = await (await testPostgres()).createDatabase()
  try {
    const report = await crashStorm({ ...storm, argument: { url: database.url } })
    expect(report).toMatchObject({ breaches: [] })
    expect(report.kills).toBeGreaterThan(0)
  } finally {
    await database.dispose()
  }
})

test('a server that crashes and recovers loses nothing that it acknowledged', { timeout }, async () => {
  const server = await startPostgres({ durable: true })
  try {
    const restart = async () => {
      await server.stop('immediate')
      await server.start()
    }
    const report = await crashStorm({
      ...storm,
      argument: { url: server.url },
      disturb: (over) => repeatedly(over, 5, 2500, restart),
    })
    expect(report).toMatchObject({ breaches: [] })
    expect(report.gaps).toBeGreaterThan(0)
  } finally {
    await server.dispose()
  }
})

test('connections that are cut, and replies that are lost, are made good', { timeout }, async () => {
  const database = await (await testPostgres()).createDatabase()
  // Its schemas are made in peace: that is no part of what a queue does again.
  await (await openBackend({ url: database.url })).close()
  const proxy = await startProxy(database.url)
  try {
    let cuts = 0
    const disturb = () => (++cuts % 5 === 0 ? proxy.cut() : proxy.dropReplies(3, 'sluice'))
    const report = await crashStorm({
      ...storm,
      argument: { url: proxy.url },
      disturb: (over) => repeatedly(over, 25, 400, disturb),
    })
    expect(report).toMatchObject({ breaches: [] })
  } finally {
    await proxy.dispose()
    await database.dispose()
  }
})

/** Does something a few times while a storm lasts. */
async function repeatedly(over: AbortSignal, times: number, everyMs: number, act: () => unknown): Promise<void> {
  for (let left = times; left > 0; left--) {
    await sleep(everyMs, undefined, { signal: over }).catch(() => {})
    if (over.aborted) return
    await act()
  }
}
