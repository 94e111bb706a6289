/** A part of a call that waits: for a connection, or for a reply. */
export interface PendingCall {
  readonly promise: Promise<unknown>
  /** Rejects the promise, unless it was settled before. */
  abandon(error: unknown): void
}
