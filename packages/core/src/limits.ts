const DAY_MS = 24 * 60 * 60 * 1000

/** The limits of the contract, checked alike for every backend. A breach is a `ValidationError`; nothing is stored. */
export const LIMITS = {
  /** Characters in a workflow, job or worker id. */
  idLength: 255,
  /** Labels in a job's or a worker's set. */
  labels: 32,
  /** Characters in one label. */
  labelLength: 64,
  /** Highest priority; the lowest is 0. */
  priority: 1000,
  /** Retries after the first attempt. */
  retries: 100,
  /** UTF-8 bytes of a job's JSON. */
  jobBytes: 1024 * 1024,
  /** Keys in a job's outputs. */
  outputKeys: 256,
  /** UTF-8 bytes of a job's outputs as JSON. */
  outputBytes: 256 * 1024,
  /** Levels of nesting in a payload. */
  jsonDepth: 256,
  /** UTF-8 bytes of a failure's message; a longer one is cut and marked. */
  failureMessageBytes: 16 * 1024,
  /** Longest lease, in milliseconds. */
  leaseTtlMs: DAY_MS,
  /** Longest wait in a claim, in milliseconds. */
  waitMs: DAY_MS,
  /** Longest delay, backoff, timeout or age, in milliseconds. */
  durationMs: 3650 * DAY_MS,
  /** Jobs in one `claimMany`. */
  claimMany: 1000,
  /** Records in one page of a list. */
  pageSize: 1000,
} as const
