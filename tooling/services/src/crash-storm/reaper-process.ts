/** Ends leases that have run out, until it is killed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Journal, monotonicNow } from './journal.ts'
import { openFrom, type ProcessOrders, untilAnswered } from './storm-process.ts'

const orders: ProcessOrders = JSON.parse(process.argv[2] ?? '')
const journal = new Journal(orders.journalPath)
const { queue } = await openFrom(orders)
process.send?.('ready')
try {
  for (;;) {
    const expired = await untilAnswered(() => queue.reapExpiredLeases())
    for (const { workflowId, jobId, attempt } of expired) {
      journal.note({ kind: 'reaped', workflowId, jobId, attempt, at: monotonicNow() })
    }
    await sleep(orders.leaseTtlMs / 4)
  }
} catch (error) {
  journal.note({ kind: 'broke', message: `${orders.name}: ${String(error)}`, at: monotonicNow() })
}
