import { describe, it } from 'vitest'
import { Fleet } from './fleet.ts'
import { freezeScheduler } from './frozen-scheduler.ts'
import { killStorm, stormOptions } from './kill-storm.ts'

/** What a service of several processes survives, on a backend that they share; `open` makes an empty one, for one test. */
export function serviceFaults(name: string, open: () => Promise<string>): void {
  const storm = stormOptions()

  describe(`a service on ${name}`, { timeout: storm.forMs + storm.calmMs }, () => {
    it('ends every run as it should while its processes are killed', async () => {
      const fleet = await Fleet.create(await open())
      const server = await fleet.addServer()
      await fleet.addServer('--workers', '2')
      await fleet.addWorker()
      await fleet.addWorker({ server: server.url })
      await killStorm(fleet, server, storm)
    })

    it('takes no harm from a scheduler that wakes up after it was replaced', async () => {
      const fleet = await Fleet.create(await open())
      const servers = [await fleet.addServer(), await fleet.addServer()] as const
      await fleet.addWorker()
      await freezeScheduler(fleet, servers)
    })
  })
}
