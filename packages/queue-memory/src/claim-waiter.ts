import type { ClaimedJob, ValidClaim } from '@sluice/core'
import type { Linked } from './linked-list.ts'

/** A claim that waits for a job. */
export interface ClaimWaiter extends Linked<ClaimWaiter> {
  readonly claim: ValidClaim
  /** Counts up over all waiting claims: who came first is served first. */
  readonly serial: number
  /** Ends the wait, once. */
  readonly settle: (jobs: readonly ClaimedJob[]) => void
}
