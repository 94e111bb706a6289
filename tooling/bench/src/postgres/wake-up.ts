import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openPgBossJobQueue } from '@sluice/queue-pgboss'
import { makeWorkerUtils } from 'graphile-worker'
import type { Benchmark, BenchmarkCase } from '../benchmark.ts'
import { withDatabase } from './bench-postgres.ts'
import { PAYLOAD, SILENT } from './queue-under-test.ts'
import type { WaiterKind } from './waiting-process.ts'

const WAKE_UPS = 300
const PAUSE_MS = 2

/** How long after its enqueue in this process a job is begun in another, where somebody waits for it. pg-boss looks every half second. */
export const wakeUps: Benchmark = {
  name: 'pg-wake',
  title: 'PostgreSQL: from enqueue to the start in another process',
  unit: 'ms',
  baseline: 'Graphile Worker, median',
  cases: [
    wakeUp('Graphile Worker, median', 'graphile', 1, 0.5),
    wakeUp('Sluice, median', 'sluice', 1, 0.5, '< 6 ms'),
    wakeUp('Sluice with 200 claims waiting, median', 'sluice', 200, 0.5),
    wakeUp('Graphile Worker, 99 of 100', 'graphile', 1, 0.99),
    wakeUp('Sluice, 99 of 100', 'sluice', 1, 0.99),
    wakeUp('Sluice with 200 claims waiting, 99 of 100', 'sluice', 200, 0.99),
  ],
}

function wakeUp(label: string, kind: WaiterKind, waiting: number, part: number, target?: string): BenchmarkCase {
  const run = () => withDatabase((url) => measureWakeUps(url, kind, waiting, part))
  return { label, ...(target === undefined ? {} : { target }), run }
}

async function measureWakeUps(url: string, kind: WaiterKind, waiting: number, part: number): Promise<number> {
  const { enqueue, close } = await openProducer(kind, url)
  const child = fork(fileURLToPath(new URL('./waiting-process.ts', import.meta.url)), [kind, url, `${waiting}`])
  await once(child, 'message')
  const delays: number[] = []
  for (let index = 0; index < WAKE_UPS; index++) {
    const begun = once(child, 'message')
    await enqueue(`job-${index}`, String(process.hrtime.bigint()))
    delays.push((await begun)[0])
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  await close()
  const exited = once(child, 'exit')
  child.disconnect()
  await exited
  return delays.sort((a, b) => a - b)[Math.floor(delays.length * part)] ?? Number.NaN
}

/** Opens what enqueues a job that carries the time of its enqueue, on the clock that all processes share. */
async function openProducer(kind: WaiterKind, url: string) {
  if (kind === 'sluice') {
    const queue = await openPgBossJobQueue({ connectionString: url })
    return {
      enqueue: (jobId: string, at: string): Promise<unknown> =>
        queue.enqueue({ workflowId: 'run', jobId, command: 'resize', payload: { ...PAYLOAD, at } }),
      close: () => queue.close(),
    }
  }
  const utils = await makeWorkerUtils({ connectionString: url, logger: SILENT })
  await utils.migrate()
  return {
    enqueue: (_: string, at: string): Promise<unknown> => utils.addJob('resize', { ...PAYLOAD, at }),
    close: () => utils.release(),
  }
}
