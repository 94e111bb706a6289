import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { ApiClient } from '../../src/client/api-client.ts'
import { ServiceClient } from '../../src/client/service-client.ts'
import { watchFinalStates } from './final-states.ts'
import type { Fleet, Server } from './fleet.ts'
import { startTracedRun } from './kill-storm.ts'
import { breaches } from './side-effects.ts'

/** Freezes the active scheduler while a run is in flight until another has taken over, lets it go on, and checks that it did no harm. */
export async function freezeScheduler(fleet: Fleet, servers: readonly [Server, Server]): Promise<void> {
  const active = await activeOf(servers)
  const standby = servers.find((server) => server !== active) as Server
  const client = clientOf(standby)
  const run = await startTracedRun(client, fleet, 'frozen')
  const watched = watchFinalStates(client, run.runId)
  active.process.child.kill('SIGSTOP')
  assert.equal(await activeOf([standby]), standby)
  active.process.child.kill('SIGCONT')
  const { status, changes } = await watched
  assert.deepEqual([status, changes], ['succeeded', []])
  assert.deepEqual(await breaches(run.traces, run.workflow.jobs), [])
  assert.equal(await isScheduling(active), false)
  assert.equal(await isScheduling(standby), true)
}

/** The one of the servers that schedules, once one does. */
async function activeOf(servers: readonly Server[]): Promise<Server> {
  for (;;) {
    for (const server of servers) if (await isScheduling(server)) return server
    await pause(100)
  }
}

async function isScheduling(server: Server): Promise<boolean> {
  return (await clientOf(server).serverInfo()).isScheduling
}

function clientOf({ url }: Server): ServiceClient {
  return new ServiceClient(new ApiClient({ server: url }))
}
