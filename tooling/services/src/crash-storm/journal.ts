import { existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { JobRef } from '@sluice/core'

/** The calls that end a lease. */
export type SettlingCall = 'complete' | 'fail' | 'release'

/** When a call began and when its answer was there, on the clock of {@link monotonicNow}. */
export interface CallTimes {
  readonly from: number
  readonly at: number
}

/** What a worker or a reaper did and was told. */
export type JournalEntry =
  | (CallTimes & JobRef & { kind: 'claimed'; leaseId: string; workerId: string; attempt: number; ttlMs: number })
  | (CallTimes & { kind: 'renewed'; leaseId: string; ttlMs: number })
  /** Written before the call, which may take effect although nobody lives to be told. */
  | { kind: 'settling'; leaseId: string; call: SettlingCall; retryable: boolean; at: number }
  | (CallTimes & { kind: 'settled'; leaseId: string; call: SettlingCall; willRetry: boolean })
  /** `isRepeat`: the call had been made before, and nobody knows whether it took effect. */
  | (CallTimes & { kind: 'refused'; leaseId: string; call: SettlingCall | 'renew'; code: string; isRepeat: boolean })
  | (JobRef & { kind: 'reaped'; attempt: number; at: number })
  | { kind: 'broke'; message: string; at: number }

/** Milliseconds on a clock that all processes of the machine share and that nobody sets. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** A file that a process writes to, and that holds all it wrote when it is killed. */
export class Journal {
  readonly #file: number

  constructor(path: string) {
    this.#file = openSync(path, 'a')
  }

  note(entry: JournalEntry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`)
  }
}

/** Reads what a process wrote until its end, which may be nothing. */
export function readJournal(path: string): JournalEntry[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line): JournalEntry => JSON.parse(line))
}
