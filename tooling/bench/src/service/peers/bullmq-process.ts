/** A worker of BullMQ in a process of its own, whose jobs do nothing. */
import { Worker } from 'bullmq'
import { BULLMQ, type BullMqOrders } from './bullmq-flow.ts'

const { url, slots } = JSON.parse(process.argv[2] ?? '') as BullMqOrders

const worker = new Worker(BULLMQ.queueName, async () => ({}), {
  connection: { url },
  prefix: BULLMQ.prefix,
  concurrency: slots,
})
worker.on('error', (error) => process.stderr.write(`${error.stack}\n`))
await worker.waitUntilReady()
process.once('SIGTERM', () => void worker.close())
process.send?.('ready')
