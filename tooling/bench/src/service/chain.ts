import { defineWorkflow, type Workflow } from '@sluice/dag'
import type { Benchmark, BenchmarkCase } from '../benchmark.ts'
import { withServer } from './server.ts'
import { type StoreKind, withStore } from './store.ts'
import { timeRun } from './timed-run.ts'
import { type HandledJob, withWorkers } from './workers.ts'

const LENGTH = 200
// Each worker offers one label, and jobs require them in turn, so that every job runs in another process than the one before.
const EVEN = 'even'
const ODD = 'odd'

/** From the end of a job in one worker to the start of its dependent in another, by way of the scheduler in a third process. */
export const chain: Benchmark = {
  name: 'chain',
  title: `From the end of a job to the start of its dependent: a server and two workers, each in a process of its own, ${LENGTH} jobs`,
  unit: 'ms',
  rounds: 3,
  cases: [
    link('PostgreSQL, median', 'postgres', 0.5, '< 15 ms'),
    link('PostgreSQL, 99 of 100', 'postgres', 0.99),
    link('Redis, median', 'redis', 0.5, '< 5 ms'),
    link('Redis, 99 of 100', 'redis', 0.99),
  ],
}

function link(label: string, kind: StoreKind, part: number, target?: string): BenchmarkCase {
  const run = () => withStore(kind, (store) => measureLinks(store, part))
  return { label, ...(target === undefined ? {} : { target }), run }
}

async function measureLinks(store: string, part: number): Promise<number> {
  const workflow = alternatingChain()
  const handled: HandledJob[] = []
  const onHandled = (job: HandledJob) => handled.push(job)
  const worker = { where: { store }, concurrency: 1, processes: 1, onHandled }
  await withServer(store, (server) =>
    withWorkers({ ...worker, labels: [EVEN] }, () =>
      withWorkers({ ...worker, labels: [ODD] }, () => timeRun(server, workflow)),
    ),
  )
  if (handled.length !== LENGTH) throw new Error(`the workers told of ${handled.length} jobs of ${LENGTH}`)
  handled.sort((left, right) => left.startedAt - right.startedAt)
  const gaps = handled.slice(1).map(({ startedAt }, index) => startedAt - (handled[index]?.endedAt ?? Number.NaN))
  return gaps.sort((left, right) => left - right)[Math.floor(gaps.length * part)] ?? Number.NaN
}

function alternatingChain(): Workflow {
  const workflow = defineWorkflow({ name: 'alternating chain' })
  for (let step = 0; step < LENGTH; step++) {
    const needs = step === 0 ? [] : [`job-${step - 1}`]
    workflow.addJob(`job-${step}`, { needs, labels: [step % 2 === 0 ? EVEN : ODD], handler: 'stamp' })
  }
  return workflow.build()
}
