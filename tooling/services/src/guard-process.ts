/** Told on standard input what to guard; once that ends, ends and removes it all. */
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Charge, GuardOrder } from './guard.ts'

const pollMs = 20
const patienceMs = 5_000

const charges = new Map<number, Charge>()
for await (const line of createInterface({ input: process.stdin })) {
  const { id, charge }: GuardOrder = JSON.parse(line)
  if (charge) charges.set(id, charge)
  else charges.delete(id)
}
const all = [...charges.values()]
await Promise.all(all.map(async (charge) => 'pid' in charge && end(charge.pid, charge.signal)))
for (const charge of all)
  if ('folder' in charge) await rm(charge.folder, { recursive: true, force: true, maxRetries: 5 })

async function end(pid: number, signal: NodeJS.Signals): Promise<void> {
  const deadline = Date.now() + patienceMs
  let isThere = send(pid, signal)
  while (isThere && Date.now() < deadline) {
    await sleep(pollMs)
    isThere = send(pid, 0)
  }
  if (isThere) send(pid, 'SIGKILL')
}

/** Sends a signal, or only asks with 0, and tells whether the process is there. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
