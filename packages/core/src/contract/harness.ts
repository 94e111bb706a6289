import type { Backend } from '../backend.ts'
import type { JobQueue } from '../job-queue.ts'
import type { LogStore } from '../log-store.ts'
import type { WorkerRegistry } from '../worker-registry.ts'
import type { WorkflowStore } from '../workflow-store.ts'

/** What the suites need of a test runner. Vitest, Jest, Mocha, Bun and `node:test` have both functions. */
export interface TestRunner {
  describe(title: string, define: () => void): unknown
  it(title: string, body: () => Promise<void>): unknown
}

/** What is under test, opened; closing it must leave nothing that keeps the process alive. */
export type Handle<Subject> = Subject & { close(): Promise<void> }

/** A new and empty store with a first handle on it. */
export type OpenedStore<Subject> = Handle<Subject> & {
  /** Moves the store's clock. Leave it out where the store's clock is the real one: the suites then wait. */
  advance?(ms: number): void | Promise<void>
  /**
   * Opens a further handle on the same store, as another process would.
   *
   * Needed by a queue that declares `multiProcess` or `durable`; one that is only `durable` is asked after its first handle is closed.
   */
  peer?(): Promise<Handle<Subject>>
  /** Removes the store, after every handle on it was closed. */
  dispose?(): Promise<void>
}

/** Takes the server of a store away and gives it back. */
export interface FaultControl {
  down(): Promise<void>
  up(): Promise<void>
}

/** How far the model-based test goes, and what it repeats. What is not given depends on the clock. */
export interface ModelOptions {
  /** Sequences of calls. */
  readonly runs?: number
  /** Calls in a sequence, at the most. */
  readonly commands?: number
  /** The three that a failure prints, to repeat it. */
  readonly seed?: number
  readonly path?: string
  readonly replayPath?: string
  /** Ends the test with what it has found by then, in milliseconds. Defaults to 4,000, or 40,000 on a real clock. */
  readonly interruptAfterTimeLimit?: number
}

/** How a suite gets at what it tests. */
export interface Harness<Subject> {
  /** Names the implementation in the titles of the tests. */
  readonly name: string
  /** `null` where there is no server that can be down. A queue that declares `multiProcess` has one. */
  readonly faults: FaultControl | null
  /** How long a test waits for what must come before it fails. Defaults to 10,000. */
  readonly patienceMs?: number
  /** The environment variable `SLUICE_MODEL` overrides it, in JSON, as in `{"runs":1000,"commands":300}`. */
  readonly model?: ModelOptions
  /** Called for each test. */
  open(): Promise<OpenedStore<Subject>>
}

export type QueueHarness = Harness<{ readonly queue: JobQueue }>
export type WorkflowStoreHarness = Harness<{ readonly workflows: WorkflowStore }>
export type LogStoreHarness = Harness<{ readonly logs: LogStore }>
export type WorkerRegistryHarness = Harness<{ readonly workers: WorkerRegistry }>
export type BackendHarness = Harness<{ readonly backend: Backend }>
