import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { defineWorkflow, formatWorkflow, type Workflow } from '@sluice/dag'
import { montageJobs } from '../../examples/montage/montage-jobs.ts'
import { SplitMix64 } from '../../examples/montage/split-mix-64.ts'
import { ApiClient } from '../../src/client/api-client.ts'
import { ServiceClient } from '../../src/client/service-client.ts'
import { watchFinalStates } from './final-states.ts'
import type { Fleet, Server } from './fleet.ts'
import { breaches, tracedScript } from './side-effects.ts'

/** How hard a storm is. The environment variable `SLUICE_STORM` overrides it, in JSON, as in `{"forMs":60000,"runs":20}`. */
export interface StormOptions {
  /** For how long processes are killed. */
  readonly forMs: number
  readonly everyMs: number
  readonly runs: number
  /** Decides who is killed; printed with a failure. */
  readonly seed: number
}

/** A storm that fits into a test on a busy machine. */
export function stormOptions(): StormOptions {
  const options = { forMs: 10_000, everyMs: 1500, runs: 3, seed: randomInt(2 ** 31) }
  return { ...options, ...JSON.parse(process.env.SLUICE_STORM ?? '{}') }
}

/** The attempts of a job that is killed again and again. */
const RETRIES = { maxRetries: 100, backoff: { kind: 'none' } } as const

/** Kills the members of a fleet at random while runs are in flight, and checks that each run ends as it should. */
export async function killStorm(
  fleet: Fleet,
  server: Server,
  { forMs, everyMs, runs, seed }: StormOptions,
): Promise<void> {
  const client = new ServiceClient(new ApiClient({ server: server.url }))
  const started = await Promise.all(
    Array.from({ length: runs }, (_, index) => startTracedRun(client, fleet, `storm-${index}`)),
  )
  const watched = started.map(({ runId }) => watchFinalStates(client, runId))
  const random = new SplitMix64(seed)
  const endsAt = performance.now() + forMs
  while (performance.now() < endsAt) {
    await pause(everyMs)
    await fleet.members[Math.floor(random.next() * fleet.members.length)]?.replace()
  }
  for (const [index, run] of started.entries()) {
    const { status, changes } = (await watched[index]) as Awaited<ReturnType<typeof watchFinalStates>>
    assert.deepEqual(changes, [], `of ${run.runId}, seed ${seed}`)
    assert.equal(status, 'succeeded', `${run.runId} ended as ${status}, seed ${seed}`)
    assert.deepEqual(await breaches(run.traces, run.workflow.jobs), [], `in ${run.runId}, seed ${seed}`)
  }
}

/** Starts a run whose jobs leave traces. */
export async function startTracedRun(client: ServiceClient, { service }: Fleet, runId: string) {
  const traces = join(service.folder, `${runId}.traces`)
  const workflow = tracedMontage(runId, traces)
  await client.startRun({ workflow: formatWorkflow(workflow), file: `${runId}.yml`, runId })
  return { runId, traces, workflow }
}

/** A Montage-shaped workflow whose jobs leave traces. */
function tracedMontage(name: string, traces: string): Workflow {
  const workflow = defineWorkflow({ name })
  for (const { id, needs, priority, runtimeMs } of montageJobs({ images: 6, bands: 1, seed: 1, divisor: 100 })) {
    workflow.addJob(id, { needs, priority, run: tracedScript(traces, id, runtimeMs / 1000), retryPolicy: RETRIES })
  }
  return workflow.build()
}
