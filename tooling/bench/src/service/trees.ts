import type { Benchmark } from '../benchmark.ts'
import { timeBullMqTree } from './peers/bullmq-flow.ts'
import { withServer } from './server.ts'
import { withStore } from './store.ts'
import { tree } from './synthetic-workflows.ts'
import { timeRun } from './timed-run.ts'
import { withWorkers } from './workers.ts'

const WIDTH = 10
const LEVELS = 3
const SLOTS = 50
const BULLMQ = "BullMQ's FlowProducer"

/** A tree of jobs, which is all that flows of BullMQ can be; each runs once those below it are done. */
export const trees: Benchmark = {
  name: 'redis-tree',
  title: `Redis: makespan of a tree of 1,111 jobs that do nothing, ${WIDTH} below each, one worker process, ${SLOTS} at once`,
  unit: 'ms',
  baseline: BULLMQ,
  cases: [
    { label: BULLMQ, run: () => withStore('redis', (url) => timeBullMqTree(WIDTH, LEVELS, { url, slots: SLOTS })) },
    { label: 'Sluice', run: () => withStore('redis', timeTree) },
  ],
}

function timeTree(store: string): Promise<number> {
  const workers = { where: { store }, concurrency: SLOTS, processes: 1 }
  const workflow = tree(WIDTH, LEVELS, 'nothing')
  return withServer(store, (server) => withWorkers(workers, () => timeRun(server, workflow)))
}
