import type { Workflow } from '@sluice/dag'
import type { Benchmark, BenchmarkCase } from '../benchmark.ts'
import { type RecordedGraph, WORKERS } from '../recorded-graphs.ts'
import { timePgBossFlow } from './peers/pgboss-flow.ts'
import { withServer } from './server.ts'
import { type StoreKind, withStore } from './store.ts'
import { timeRun } from './timed-run.ts'
import { withWorkers } from './workers.ts'

const PROCESSES = 2
const SLOTS = WORKERS / PROCESSES
/** How often pg-boss releases dependents: as it comes, and the least that it takes. */
const FLOW_INTERVALS = [5, 1]

/** What a run takes beyond plain list scheduling of the same jobs, for every recorded workflow; on PostgreSQL beside flows of pg-boss. */
export function graphs(recorded: readonly RecordedGraph[]): readonly Benchmark[] {
  return [
    compareMakespans('graphs-postgres', 'PostgreSQL', recorded, (graph) => [
      ofSluice(graph, 'postgres'),
      ...FLOW_INTERVALS.map((seconds) => ofPgBoss(graph, seconds)),
    ]),
    compareMakespans('graphs-redis', 'Redis', recorded, (graph) => [ofSluice(graph, 'redis')]),
  ]
}

function compareMakespans(
  name: string,
  store: string,
  recorded: readonly RecordedGraph[],
  casesOf: (graph: RecordedGraph) => readonly BenchmarkCase[],
): Benchmark {
  return {
    name,
    title: `Recorded workflows on ${store}, ${WORKERS} workers in ${PROCESSES} processes: makespan over that of first-in-first-out list scheduling`,
    unit: '× FIFO',
    rounds: 1,
    warmsUp: false,
    cases: recorded.flatMap(casesOf),
  }
}

function ofSluice({ workflow, fifoMs, label }: RecordedGraph, kind: StoreKind): BenchmarkCase {
  const run = () => withStore(kind, async (store) => (await makespanMs(workflow, store)) / fifoMs)
  return { label: `${label}: Sluice`, target: '< 1.10', run }
}

function makespanMs(workflow: Workflow, store: string): Promise<number> {
  const workers = { where: { store }, concurrency: SLOTS, processes: PROCESSES }
  return withServer(store, (server) => withWorkers(workers, () => timeRun(server, workflow)))
}

function ofPgBoss({ workflow, fifoMs, label }: RecordedGraph, flowIntervalSeconds: number): BenchmarkCase {
  const orders = { slots: SLOTS, processes: PROCESSES, flowIntervalSeconds }
  return {
    label: `${label}: pg-boss, every ${flowIntervalSeconds} s`,
    run: () => withStore('postgres', async (url) => (await timePgBossFlow(workflow, { ...orders, url })) / fifoMs),
  }
}
