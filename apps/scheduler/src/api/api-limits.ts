/** What the API takes at the most, so that no caller can keep it from others. */
export interface ApiLimits {
  /** Bytes in the body of a request. Defaults to 4 MiB. */
  readonly maxBodyBytes: number
  /** Bytes in the body of a request that brings a workflow. Defaults to 32 MiB. */
  readonly maxWorkflowBytes: number
  /** Requests of one token in a second; without tokens there is no such limit. Defaults to 5,000. */
  readonly maxRequestsPerSecond: number
  /** Streams that are open at once. Defaults to 1,000, of one token to half of it. */
  readonly maxStreams: number
  /** Claims that wait at once. Defaults to 5,000, of one token to half of it. */
  readonly maxWaitingClaims: number
  /** How long a claim waits at the most, in milliseconds, whatever it asks for. Defaults to 30 seconds. */
  readonly maxClaimWaitMs: number
  /** After how long a silent stream says that it is alive, in milliseconds. Defaults to 15 seconds. */
  readonly keepAliveMs: number
}

export const DEFAULT_API_LIMITS: ApiLimits = {
  maxBodyBytes: 4 * 1024 * 1024,
  maxWorkflowBytes: 32 * 1024 * 1024,
  maxRequestsPerSecond: 5000,
  maxStreams: 1000,
  maxWaitingClaims: 5000,
  maxClaimWaitMs: 30_000,
  keepAliveMs: 15_000,
}
