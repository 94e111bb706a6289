import { randomInt } from 'node:crypto'
import type { JobQueue, JobRecord, JobRef, JsonValue } from '@sluice/core'
import { makeTemporaryFolder } from '../temporary-folder.ts'
import { Crew } from './crew.ts'
import { findBreaches } from './find-breaches.ts'
import { monotonicNow } from './journal.ts'
import { Observer } from './observer.ts'
import { Producer, pause } from './producer.ts'
import { type SeededRandom, seededRandom } from './seeded-random.ts'
import { makeStormJobs } from './storm-jobs.ts'
import { openFrom, untilAnswered } from './storm-process.ts'
import { keyOf, type StormRecord } from './storm-record.ts'

export interface CrashStormOptions {
  /** The URL of a module that exports `openBackend(argument): Promise<Backend>`. */
  readonly module: string
  /** Tells the module which store to open; every process is handed the same. */
  readonly argument: JsonValue
  readonly jobs?: number
  readonly workers?: number
  readonly reapers?: number
  /** How many times a process is killed, or stopped for longer than its leases last. What is left then is done in calm. */
  readonly strikes?: number
  readonly strikeEveryMs?: number
  readonly leaseTtlMs?: number
  /** Repeats the decisions of a storm, though not its timing. */
  readonly seed?: number
  /** How long the jobs may take to end. */
  readonly patienceMs?: number
  /** Called as the storm begins, to inject faults of its own; they end when the signal aborts. */
  disturb?(over: AbortSignal): Promise<void>
}

/** What a storm did, and what went wrong. */
export interface CrashStormReport {
  readonly seed: number
  readonly durationMs: number
  readonly kills: number
  readonly freezes: number
  readonly claims: number
  readonly reaped: number
  readonly gaps: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
  /** What breaks the contract, in words; empty when all is well. */
  readonly breaches: readonly string[]
}

const pollMs = 100
/** How long the last events may take. */
const eventPatienceMs = 5_000
const freezeShare = 0.25
const cancelledShare = 0.1

/**
 * Has several processes work on one store, kills one after the other wherever they are, and judges what comes of it.
 *
 * Every call is noted before and after it, so that what was acknowledged, and what may have happened, is known of the dead too.
 */
export async function crashStorm(options: CrashStormOptions): Promise<CrashStormReport> {
  const { seed = randomInt(2 ** 32) } = options
  const startedAt = monotonicNow()
  const folder = await makeTemporaryFolder('crash-storm')
  const backend = await openFrom(options)
  const random = seededRandom(seed)
  const crew = new Crew(options, options.leaseTtlMs ?? 1_000, folder.path, split(random))
  try {
    const report = await rage(options, backend.queue, crew, random)
    return { seed, durationMs: Math.round(monotonicNow() - startedAt), ...report }
  } finally {
    await crew.end()
    await backend.close()
    await folder.dispose()
  }
}

async function rage(options: CrashStormOptions, queue: JobQueue, crew: Crew, random: SeededRandom) {
  const { jobs = 200, workers = 3, reapers = 2, patienceMs = 90_000 } = options
  const observer = await Observer.open(queue)
  const producer = new Producer(queue, split(random))
  for (let place = 0; place < workers; place += 1) crew.start('worker', place)
  for (let place = 0; place < reapers; place += 1) crew.start('reaper', place)

  const over = new AbortController()
  const work = async () => {
    await producer.enqueue(makeStormJobs(jobs, split(random)))
    return untilAllEnded(queue, AbortSignal.timeout(patienceMs))
  }
  const [isOver, struck] = await Promise.all([
    work().finally(() => over.abort()),
    strike(crew, options, split(random), over.signal),
    producer.cancelSome(jobs * cancelledShare, over.signal),
    options.disturb?.(over.signal),
  ])
  const journal = await crew.end()
  await observer.untilEnded(producer.jobs, isOver ? eventPatienceMs : 0)
  const { events, gaps } = observer
  const record: StormRecord = {
    jobs: producer.jobs,
    cancellations: producer.cancellations,
    journal,
    events,
    records: await readRecords(queue, producer.jobs),
  }
  return { ...struck, gaps, ...summarize(record), breaches: [...crew.failures, ...findBreaches(record)] }
}

/** Draws of its own for each part, so that what one does depends on no other. */
function split(random: SeededRandom): SeededRandom {
  return seededRandom(random.below(2 ** 32))
}

async function strike(crew: Crew, options: CrashStormOptions, random: SeededRandom, over: AbortSignal) {
  const { strikes = 30, strikeEveryMs = 400 } = options
  const struck = { kills: 0, freezes: 0 }
  while (struck.kills + struck.freezes < strikes && (await pause(strikeEveryMs, over))) {
    // On a slow machine a process takes long to start, and jobs are done only by those that have.
    if (!crew.isMostlyReady) continue
    if (random.chance(freezeShare)) struck.freezes += Number(crew.freeze())
    else struck.kills += Number(crew.kill())
  }
  return struck
}

/** Waits until no job is unfinished, and tells whether that came about in time. */
async function untilAllEnded(queue: JobQueue, deadline: AbortSignal): Promise<boolean> {
  do {
    const { waiting, delayed, active } = (await untilAnswered(() => queue.stats())).byState
    if (waiting + delayed + active === 0) return true
  } while (await pause(pollMs, deadline))
  return false
}

/** Reads every job that was acknowledged. */
async function readRecords(queue: JobQueue, jobs: readonly JobRef[]): Promise<Map<string, JobRecord>> {
  const records = new Map<string, JobRecord>()
  const read = async ({ workflowId, jobId }: JobRef) => {
    const record = await untilAnswered(() => queue.getJob(workflowId, jobId))
    if (record) records.set(keyOf(record), record)
  }
  for (const job of jobs) await read(job)
  return records
}

function summarize({ journal, records }: StormRecord) {
  const count = (state: string) => [...records.values()].filter((record) => record.state === state).length
  return {
    claims: journal.filter(({ kind }) => kind === 'claimed').length,
    reaped: journal.filter(({ kind }) => kind === 'reaped').length,
    completed: count('completed'),
    failed: count('failed'),
    cancelled: count('cancelled'),
  }
}
