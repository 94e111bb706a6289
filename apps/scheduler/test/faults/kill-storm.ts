import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { defineWorkflow, formatWorkflow, type Workflow } from '@sluice/dag'
import { type MontageJob, montageJobs } from '../../examples/montage/montage-jobs.ts'
import { SplitMix64 } from '../../examples/montage/split-mix-64.ts'
import { ApiClient } from '../../src/client/api-client.ts'
import { ServiceClient } from '../../src/client/service-client.ts'
import { watchFinalStates } from './final-states.ts'
import type { Fleet, Server } from './fleet.ts'
import { recordedJobs } from './recorded-jobs.ts'
import { breaches, tracedScript } from './side-effects.ts'

/** How hard a storm is. The environment variable `SLUICE_STORM` overrides it, in JSON, as in `{"forMs":60000,"runs":20}`. */
export interface StormOptions {
  /** For how long processes are killed. */
  readonly forMs: number
  readonly everyMs: number
  /** How many are in flight; the first are the recorded workflows, where `SLUICE_DAGS` names their folder. */
  readonly runs: number
  /** How long the runs may take to end after the last kill. */
  readonly calmMs: number
  /** Decides who is killed; printed with a failure. */
  readonly seed: number
}

/** A storm that fits into a test on a busy machine. */
export function stormOptions(): StormOptions {
  const options = { forMs: 10_000, everyMs: 1500, runs: 3, calmMs: 180_000, seed: randomInt(2 ** 31) }
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
  const recorded = await recordedJobs()
  const started = await Promise.all(
    Array.from({ length: runs }, (_, index) => startTracedRun(client, fleet, `storm-${index}`, recorded[index])),
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
export async function startTracedRun(client: ServiceClient, { service }: Fleet, runId: string, jobs = smallMontage()) {
  const traces = join(service.folder, `${runId}.traces`)
  const workflow = tracedWorkflow(runId, traces, jobs)
  await client.startRun({ workflow: formatWorkflow(workflow), file: `${runId}.yml`, runId })
  return { runId, traces, workflow }
}

function smallMontage(): MontageJob[] {
  return montageJobs({ images: 6, bands: 1, seed: 1, divisor: 100 })
}

/** A workflow whose jobs leave traces. */
function tracedWorkflow(name: string, traces: string, jobs: readonly MontageJob[]): Workflow {
  const workflow = defineWorkflow({ name })
  for (const { id, needs, priority, runtimeMs } of jobs) {
    workflow.addJob(id, { needs, priority, run: tracedScript(traces, id, runtimeMs / 1000), retryPolicy: RETRIES })
  }
  return workflow.build()
}
