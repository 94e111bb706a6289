/** Who claims, and for how long. */
export interface ClaimOptions {
  readonly workerId: string
  /** All that the worker offers; it gets only jobs whose required labels are among them. */
  readonly labels: readonly string[]
  /** How long the lease lasts unless renewed, 1 ms to 24 h. */
  readonly leaseTtlMs: number
  /** How long to wait for a job, up to 24 h. Defaults to 0: answer at once. */
  readonly waitMs?: number
  /** Ends the wait, which then resolves as an empty one. */
  readonly signal?: AbortSignal
}

/** Who claims, for how long, and how many jobs at the most, 1 to 1,000. */
export interface ClaimManyOptions extends ClaimOptions {
  readonly limit: number
}
