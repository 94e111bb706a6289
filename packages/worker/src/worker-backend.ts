import type { GapEvent, JobQueue, JobRef, LogStore, SubscribeOptions, WorkerRegistry } from '@sluice/core'

/** What a worker needs of a backend. Every `Backend` has it; others may stand in front of one, as a client of a server does. */
export interface WorkerBackend {
  readonly queue: WorkerQueue
  readonly logs: WorkerLogs
  readonly workers: WorkerDirectory
}

/** The part of a queue that workers use. */
export interface WorkerQueue extends Pick<JobQueue, 'claimMany' | 'renewLease' | 'complete' | 'fail' | 'release'> {
  /** Opens a stream of cancellations; a `gap` where some may have been missed. */
  subscribe(options: SubscribeOptions & { readonly kinds: readonly ['cancelled'] }): Promise<CancellationStream>
}

/** Which jobs are cancelled, as it happens. */
export interface CancellationStream extends AsyncIterable<GapEvent | (JobRef & { readonly kind: string })> {
  close(): void
}

/** The part of a log store that workers use. */
export type WorkerLogs = Pick<LogStore, 'append'>

/** The part of a registry that workers use. */
export type WorkerDirectory = Pick<WorkerRegistry, 'register' | 'heartbeat' | 'deregister'>
