import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

/** What must not outlive this process: a process, ended by a signal, or a folder, removed. */
export type Charge = { readonly pid: number; readonly signal: NodeJS.Signals } | { readonly folder: string }

/** What is written to the guard, one in a line. */
export type GuardOrder = { readonly id: number; readonly charge: Charge | null }

let guard: ChildProcess | undefined
let lastId = 0

/**
 * Has a charge ended or removed when this process ends, by whatever means, `SIGKILL` included.
 *
 * Returns a function that takes the charge back.
 */
export function guardCharge(charge: Charge): () => void {
  lastId += 1
  const id = lastId
  order({ id, charge })
  return () => order({ id, charge: null })
}

function order(message: GuardOrder): void {
  guard ??= startGuard()
  guard.stdin?.write(`${JSON.stringify(message)}\n`)
}

/** Starts a process whose standard input ends when this process does. */
function startGuard(): ChildProcess {
  const script = fileURLToPath(new URL('./guard-process.ts', import.meta.url))
  // In a session of its own, so that an interrupt from the terminal does not end the guard first.
  const started = spawn(process.execPath, [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  started.unref()
  const input = started.stdin as Socket
  input.unref()
  return started
}
