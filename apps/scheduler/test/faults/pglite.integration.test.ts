import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, onTestFinished } from 'vitest'
import { Fleet } from './fleet.ts'
import { killStorm, stormOptions } from './kill-storm.ts'

describe('a service on PGlite', () => {
  const storm = stormOptions()

  it('ends every run as it should while the server and its workers are killed', {
    timeout: storm.forMs + 180_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-pglite-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const fleet = await Fleet.create(`pglite:${join(folder, 'database')}`)
    const server = await fleet.addServer('--workers', '2')
    await fleet.addWorker({ server: server.url })
    await fleet.addWorker({ server: server.url })
    await killStorm(fleet, server, storm)
  })
})
