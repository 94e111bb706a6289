/** Claims jobs and does all that workers do with them, well and badly, until it is killed. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type ClaimedJob, QueueError } from '@sluice/core'
import { Journal, monotonicNow, type SettlingCall } from './journal.ts'
import { seededRandom } from './seeded-random.ts'
import { openFrom, type ProcessOrders, untilAnswered } from './storm-process.ts'

const atOnce = 2
const waitMs = 200

const orders: ProcessOrders = JSON.parse(process.argv[2] ?? '')
const { name: workerId, labels, leaseTtlMs } = orders
const random = seededRandom(orders.seed)
const journal = new Journal(orders.journalPath)
const { queue } = await openFrom(orders)
process.send?.('ready')
await Promise.all(Array.from({ length: atOnce }, work)).catch((error) => {
  journal.note({ kind: 'broke', message: `${workerId}: ${String(error)}`, at: monotonicNow() })
})

async function work(): Promise<never> {
  for (;;) {
    const { claimed, from } = await untilAnswered(async () => {
      const from = monotonicNow()
      return { claimed: await queue.claim({ workerId, labels, leaseTtlMs, waitMs }), from }
    })
    if (!claimed) continue
    const { leaseId, workflowId, jobId, attempt, ttlMs } = claimed.lease
    const at = monotonicNow()
    journal.note({ kind: 'claimed', leaseId, workflowId, jobId, workerId, attempt, ttlMs, from, at })
    await run(claimed)
  }
}

async function run({ lease: { leaseId } }: ClaimedJob): Promise<void> {
  const fate = random.next()
  // Walks away, as a worker does that has lost its mind but not its life.
  if (fate < 0.05) return
  // Comes back when its lease has run out.
  if (fate < 0.1) await sleep(leaseTtlMs * 1.5)
  else if (!(await hold(leaseId, random.chance(0.2) ? random.below(leaseTtlMs * 2) : random.below(40)))) return
  const outcome = random.next()
  if (outcome < 0.75) await settle(leaseId, 'complete')
  else if (outcome < 0.9) await settle(leaseId, 'fail', true)
  else if (outcome < 0.95) await settle(leaseId, 'fail', false)
  else await settle(leaseId, 'release')
}

/** Renews a lease for a while, and tells whether it is still held. */
async function hold(leaseId: string, forMs: number): Promise<boolean> {
  const until = monotonicNow() + forMs
  for (;;) {
    const left = until - monotonicNow()
    await sleep(Math.min(left, leaseTtlMs / 3))
    if (left <= leaseTtlMs / 3) return true
    const answer = await ask(leaseId, 'renew', () => queue.renewLease(leaseId, leaseTtlMs))
    if (!answer) return false
    journal.note({ kind: 'renewed', leaseId, ttlMs: leaseTtlMs, from: answer.from, at: answer.at })
  }
}

async function settle(leaseId: string, call: SettlingCall, retryable = false): Promise<void> {
  journal.note({ kind: 'settling', leaseId, call, retryable, at: monotonicNow() })
  const answer = await ask(leaseId, call, async () => {
    if (call === 'complete') await queue.complete(leaseId, { leaseId })
    else if (call === 'release') await queue.release(leaseId)
    else return queue.fail(leaseId, { message: `told by ${leaseId}` }, { retryable })
    return { willRetry: false }
  })
  if (!answer) return
  const { from, at } = answer
  journal.note({ kind: 'settled', leaseId, call, willRetry: answer.value.willRetry, from, at })
}

/** Makes a call until it is answered; notes a refusal, and then returns `null`. */
async function ask<Value>(leaseId: string, call: SettlingCall | 'renew', make: () => Promise<Value>) {
  const first = monotonicNow()
  let from = first
  let isRepeat = false
  try {
    const value = await untilAnswered(
      () => {
        from = monotonicNow()
        return make()
      },
      () => {
        isRepeat = true
      },
    )
    // A renewal counts from its last try, which is the one that was answered; a settling call may have taken effect in its first.
    return { value, from: call === 'renew' ? from : first, at: monotonicNow() }
  } catch (error) {
    if (!QueueError.is(error)) throw error
    journal.note({ kind: 'refused', leaseId, call, code: error.code, isRepeat, from, at: monotonicNow() })
    return null
  }
}
