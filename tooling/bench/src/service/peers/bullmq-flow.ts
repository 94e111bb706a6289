import { type FlowJob, FlowProducer, QueueEvents } from 'bullmq'
import { withSideProcesses } from '../side-processes.ts'
import { childrenOf } from '../synthetic-workflows.ts'

const MODULE = new URL('./bullmq-process.ts', import.meta.url)

/** Where the jobs are. */
export const BULLMQ = { queueName: 'bench', prefix: '{bench}' }

/** What a process that runs jobs of BullMQ does. */
export interface BullMqOrders {
  readonly url: string
  /** Jobs that it runs at once. */
  readonly slots: number
}

/** Runs a tree of jobs as a flow of BullMQ, and tells how many milliseconds passed until its producer heard that the root was done. */
export async function timeBullMqTree(width: number, levels: number, orders: BullMqOrders): Promise<number> {
  const options = { connection: { url: orders.url }, prefix: BULLMQ.prefix }
  const events = new QueueEvents(BULLMQ.queueName, options)
  const producer = new FlowProducer(options)
  try {
    await Promise.all([events.waitUntilReady(), producer.waitUntilReady()])
    const module = { name: 'a worker of BullMQ', url: MODULE, orders, onMessage: () => {} }
    return await withSideProcesses(1, module, async () => {
      const flow = nodeOf('root', width, levels)
      const startedAt = performance.now()
      const { job } = await producer.add(flow)
      await job.waitUntilFinished(events)
      return performance.now() - startedAt
    })
  } finally {
    await Promise.all([producer.close(), events.close()])
  }
}

function nodeOf(name: string, width: number, levels: number): FlowJob {
  const { queueName, prefix } = BULLMQ
  if (levels === 0) return { name, queueName, prefix }
  return { name, queueName, prefix, children: childrenOf(name, width).map((id) => nodeOf(id, width, levels - 1)) }
}
