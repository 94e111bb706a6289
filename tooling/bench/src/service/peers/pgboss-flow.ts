import type { Workflow } from '@sluice/dag'
import { type FlowJob, PgBoss } from 'pg-boss'
import { withSideProcesses } from '../side-processes.ts'

const MODULE = new URL('./pgboss-process.ts', import.meta.url)

/** The queue of all jobs. */
export const PG_BOSS_QUEUE = 'bench'

/** What a process that runs jobs of pg-boss does. */
export interface PgBossOrders {
  readonly url: string
  /** Jobs that it runs at once. */
  readonly slots: number
  /** How often pg-boss looks for jobs whose dependencies have ended. */
  readonly flowIntervalSeconds: number
}

/** Runs a workflow as a flow of pg-boss, and tells how many milliseconds passed until all of its jobs were complete. */
export async function timePgBossFlow(
  workflow: Workflow,
  { processes, ...orders }: PgBossOrders & { readonly processes: number },
): Promise<number> {
  const boss = new PgBoss({ connectionString: orders.url, supervise: false, schedule: false })
  // Calls reject by themselves, and nothing goes on in the background here.
  boss.on('error', () => {})
  await boss.start()
  try {
    await boss.createQueue(PG_BOSS_QUEUE)
    const { promise: allComplete, resolve } = Promise.withResolvers<void>()
    let left = workflow.jobs.length
    const onComplete = () => {
      left--
      if (left === 0) resolve()
    }
    const module = { name: 'a process of pg-boss', url: MODULE, orders, onMessage: onComplete }
    return await withSideProcesses(processes, module, async () => {
      const startedAt = performance.now()
      await boss.flow(flowOf(workflow))
      await allComplete
      return performance.now() - startedAt
    })
  } finally {
    await boss.stop({ graceful: false })
  }
}

function flowOf({ jobs }: Workflow): FlowJob[] {
  return jobs.map(({ id, needs, payload }) => ({
    ref: id,
    name: PG_BOSS_QUEUE,
    data: payload as { ms: number },
    dependsOn: [...needs],
  }))
}
