import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { LIMITS, parseId, parseInteger, parseLabels, parseLeaseTtl, ValidationError } from '@sluice/core'
import type { Handlers } from './handler.ts'
import { HandlerRunner } from './handler-runner.ts'
import type { Runner } from './runner.ts'
import type { ShellOptions } from './shell-options.ts'
import { ShellRunner } from './shell-runner.ts'
import type { WorkerBackend } from './worker-backend.ts'
import type { WorkerHooks } from './worker-hooks.ts'

const MAX_CONCURRENCY = 10_000
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

interface WorkerSettings {
  /** Where jobs, logs and the registry of workers are. The worker does not close it. */
  readonly backend: WorkerBackend
  /** What the worker offers; it gets the jobs whose required labels are among them. Defaults to none. */
  readonly labels?: readonly string[]
  /** Jobs that run at once, 1 to 10,000. Defaults to 1. */
  readonly concurrency?: number
  /** Names the worker in leases and in the registry; unique among the workers that are alive. Made up where not given. */
  readonly workerId?: string
  /**
   * How long a job stays with a worker that is not heard from. Defaults to 30,000 ms; renewed every third of it.
   *
   * Shorter finds lost workers sooner; longer survives longer pauses of the process and outages of the store.
   */
  readonly leaseTtlMs?: number
  /** How long a job may take to stop when it has to: then a command is killed, and a handler left behind. Defaults to 5,000 ms. */
  readonly graceMs?: number
  /** How often the registry hears from the worker; after three times as long it is shown as offline. Defaults to 10,000 ms. */
  readonly heartbeatMs?: number
  readonly hooks?: WorkerHooks
}

/** What a worker runs: each `command` as the name of a handler, or as a shell script. */
type WorkerWork =
  | { readonly handlers: Handlers; readonly shell?: never }
  | { readonly shell: true | ShellOptions; readonly handlers?: never }

/** How to make a worker. */
export type WorkerOptions = WorkerSettings & WorkerWork

/** Options that passed validation, with every default filled in. */
export interface ValidWorkerOptions {
  readonly backend: WorkerBackend
  readonly labels: readonly string[]
  readonly concurrency: number
  readonly workerId: string
  readonly leaseTtlMs: number
  readonly heartbeatMs: number
  readonly hooks: WorkerHooks
  readonly runner: Runner
}

/**
 * Checks a worker's options.
 *
 * @throws {ValidationError} naming the option at fault.
 */
export function parseWorkerOptions(options: WorkerOptions): ValidWorkerOptions {
  const {
    backend,
    labels = [],
    concurrency = 1,
    workerId,
    leaseTtlMs = 30_000,
    heartbeatMs = 10_000,
    hooks = {},
  } = options
  const graceMs = parseInteger(options.graceMs ?? 5000, 'graceMs', 0, LONGEST_TIMEOUT_MS)
  return {
    backend,
    labels: parseLabels(labels, 'labels'),
    concurrency: parseInteger(concurrency, 'concurrency', 1, MAX_CONCURRENCY),
    workerId: workerId === undefined ? newWorkerId() : parseId(workerId, 'workerId'),
    leaseTtlMs: parseLeaseTtl(leaseTtlMs, 'leaseTtlMs'),
    heartbeatMs: parseInteger(heartbeatMs, 'heartbeatMs', 1, Math.floor(LIMITS.leaseTtlMs / 3)),
    hooks,
    runner: runnerOf(options, graceMs),
  }
}

function runnerOf({ handlers, shell }: WorkerOptions, graceMs: number): Runner {
  if (handlers !== undefined && shell !== undefined) {
    throw new ValidationError(
      'handlers',
      'and shell exclude each other: start one worker for each, with different labels',
    )
  }
  if (shell !== undefined) return new ShellRunner(shell === true ? {} : shell, graceMs)
  if (typeof handlers !== 'object' || handlers === null) {
    throw new ValidationError('handlers', 'must be an object of functions; for shell commands give shell: true instead')
  }
  for (const [name, handler] of Object.entries(handlers)) {
    if (typeof handler !== 'function') throw new ValidationError(`handlers.${name}`, 'must be a function')
  }
  return new HandlerRunner(handlers, graceMs)
}

function newWorkerId(): string {
  return `${hostname().slice(0, 200)}-${process.pid}-${randomUUID().slice(0, 8)}`
}
