import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { guardCharge } from '../guard.ts'
import { sourceFlags } from '../source-flags.ts'
import { type JournalEntry, readJournal } from './journal.ts'
import type { SeededRandom } from './seeded-random.ts'
import { workerLabels } from './storm-jobs.ts'
import type { BackendSource, ProcessOrders } from './storm-process.ts'

interface Member {
  readonly role: 'worker' | 'reaper'
  /** Which of its role it is: who replaces it has the same, and the same labels. */
  readonly place: number
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
  isReady: boolean
}

const logLimit = 4_000
const scripts = { worker: './worker-process.ts', reaper: './reaper-process.ts' }

/** The processes of a storm: each that is killed is replaced at once. */
export class Crew {
  readonly #source: BackendSource
  readonly #leaseTtlMs: number
  readonly #folder: string
  readonly #random: SeededRandom
  readonly #members = new Set<Member>()
  readonly #journals: string[] = []
  readonly #failures: string[] = []
  #started = 0

  constructor(source: BackendSource, leaseTtlMs: number, folder: string, random: SeededRandom) {
    this.#source = source
    this.#leaseTtlMs = leaseTtlMs
    this.#folder = folder
    this.#random = random
  }

  /** What processes printed that ended by themselves, which none should. */
  get failures(): readonly string[] {
    return this.#failures
  }

  get isMostlyReady(): boolean {
    const ready = [...this.#members].filter(({ isReady }) => isReady).length
    return ready > this.#members.size / 2
  }

  start(role: Member['role'], place: number): void {
    this.#started += 1
    const orders: ProcessOrders = {
      ...this.#source,
      name: `${role} ${this.#started}`,
      labels: workerLabels[place % workerLabels.length] ?? [],
      leaseTtlMs: this.#leaseTtlMs,
      seed: this.#random.below(2 ** 32),
      journalPath: join(this.#folder, `${this.#started}.jsonl`),
    }
    this.#journals.push(orders.journalPath)
    const script = fileURLToPath(new URL(scripts[role], import.meta.url))
    const child = spawn(process.execPath, [...sourceFlags, script, JSON.stringify(orders)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const member: Member = { role, place, child, ended: once(child, 'exit'), isReady: false }
    this.#members.add(member)
    this.#watch(member, orders.name)
  }

  /** Kills a process, wherever it is in its work, and starts another in its place; tells whether there was one to kill. */
  kill(): boolean {
    const member = this.#pickReady()
    if (!member) return false
    this.#members.delete(member)
    member.child.kill('SIGKILL')
    this.start(member.role, member.place)
    return true
  }

  /** Stops a process for longer than its leases last, and lets it go on as if nothing had happened. */
  freeze(): boolean {
    const member = this.#pickReady()
    if (!member) return false
    member.isReady = false
    member.child.kill('SIGSTOP')
    setTimeout(() => {
      member.child.kill('SIGCONT')
      member.isReady = true
    }, this.#leaseTtlMs * 1.5)
    return true
  }

  /** Kills all, and reads what they and all before them wrote. */
  async end(): Promise<JournalEntry[]> {
    const members = [...this.#members]
    this.#members.clear()
    for (const { child } of members) child.kill('SIGKILL')
    await Promise.all(members.map(({ ended }) => ended))
    return this.#journals.flatMap(readJournal)
  }

  #pickReady(): Member | undefined {
    const ready = [...this.#members].filter(({ isReady }) => isReady)
    return ready.length > 0 ? this.#random.pick(ready) : undefined
  }

  #watch(member: Member, name: string): void {
    let log = ''
    const { child } = member
    const unguard = child.pid === undefined ? () => {} : guardCharge({ pid: child.pid, signal: 'SIGKILL' })
    child.stderr?.on('data', (chunk) => {
      log = (log + chunk).slice(-logLimit)
    })
    child.once('message', () => {
      member.isReady = true
    })
    child.once('close', (code, signal) => {
      unguard()
      if (this.#members.delete(member)) this.#failures.push(`${name} ended with ${signal ?? code}: ${log}`)
    })
  }
}
