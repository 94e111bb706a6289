import { BULL_CALLS } from '../bull-scripts.ts'
import { Script } from '../connection/script.ts'
import type { RawSummary } from './job-record.ts'
import cancelText from './lua/cancel.lua'
import cancelJobText from './lua/cancel-job.lua'
import cancelWorkflowText from './lua/cancel-workflow.lua'
import claimText from './lua/claim.lua'
import completeText from './lua/complete.lua'
import describeJobText from './lua/describe-job.lua'
import displaceText from './lua/displace.lua'
import endAttemptText from './lua/end-attempt.lua'
import enqueueText from './lua/enqueue.lua'
import failText from './lua/fail.lua'
import findJobText from './lua/find-job.lua'
import forgetWorkflowsText from './lua/forget-workflows.lua'
import getJobsText from './lua/get-jobs.lua'
import giveUpClaimsText from './lua/give-up-claims.lua'
import handBackText from './lua/hand-back.lua'
import indexText from './lua/index.lua'
import isCancelledText from './lua/is-cancelled.lua'
import leaseText from './lua/lease.lua'
import listJobsText from './lua/list-jobs.lua'
import positionText from './lua/position.lua'
import preludeText from './lua/prelude.lua'
import promoteText from './lua/promote.lua'
import purgeText from './lua/purge.lua'
import readEventsText from './lua/read-events.lua'
import reapText from './lua/reap.lua'
import releaseText from './lua/release.lua'
import renewLeaseText from './lua/renew-lease.lua'
import restoreIndexText from './lua/restore-index.lua'
import restoreWaitingText from './lua/restore-waiting.lua'
import startEventsText from './lua/start-events.lua'
import statsText from './lua/stats.lua'
import type { RawEvent } from './parse-event.ts'

/** What a call with a lease is answered: whether it took effect, or why not. */
export type LeaseReply =
  | readonly ['done', retryAt?: string]
  | readonly ['renewed', workerId: string, attempt: string, expiresAt: string]
  | readonly ['unknown']
  | readonly ['cancelled']
  | readonly ['expired']

/** A job that a claim got: the claim's place in the call from 1, then the job. */
export type ClaimedReply = readonly [
  place: number,
  jobKey: string,
  enqueuedBy: string,
  job: string,
  attempt: string,
  expiresAt: string,
]

type EnqueueReply = 'enqueued' | 'duplicate' | 'cancelled'
type ClaimReply = readonly [isComplete: 0 | 1, nextDueMs: number, claimed: readonly ClaimedReply[]]
type CancelReply = readonly [
  outcome: 'cancelled' | 'finished' | 'unknown',
  state?: 'completed' | 'failed' | 'cancelled',
]
type ReapedReply = readonly [jobKey: string, attempt: number, ending: string, at: number]
type ReapReply = readonly [mayBeMore: 0 | 1, reaped: readonly ReapedReply[], stoppedCancellation: string]
type RecordReply = readonly [RawSummary, job: string, outputs: string] | readonly []
type ListReply = readonly [found: readonly (readonly [place: string, RawSummary])[], next: string]
type LabelSetCounts = readonly [labelSet: string, waiting: number, delayed: number, active: number]
type StatsReply = readonly [next: number, byState: readonly number[], byLabelSet: readonly LabelSetCounts[]]

const { addJob, activateJob, extendLock, finishJob, retryJob, handBackJob } = BULL_CALLS

/** The scripts of the queue. Each `.lua` file tells its arguments and its reply; what comes before one in a list defines what it calls. */
export const QUEUE_SCRIPTS = {
  enqueue: script<readonly EnqueueReply[]>('enqueue', addJob, indexText, enqueueText),
  claim: script<ClaimReply>('claim', activateJob, indexText, promoteText, findJobText, claimText),
  giveUpClaims: script<1>('give-up-claims', handBackJob, indexText, handBackText, giveUpClaimsText),
  renewLease: script<readonly LeaseReply[]>('renew-lease', extendLock, leaseText, renewLeaseText),
  complete: script<readonly LeaseReply[]>('complete', finishJob, displaceText, leaseText, completeText),
  fail: script<readonly LeaseReply[]>(
    'fail',
    ...[finishJob, retryJob, indexText, displaceText, leaseText, endAttemptText, failText],
  ),
  release: script<readonly LeaseReply[]>('release', handBackJob, indexText, leaseText, handBackText, releaseText),
  cancel: script<CancelReply>('cancel', finishJob, displaceText, cancelJobText, cancelText),
  cancelWorkflow: script<readonly [cancelled: number, next: string]>(
    'cancel-workflow',
    ...[finishJob, displaceText, cancelJobText, cancelWorkflowText],
  ),
  isCancelled: script<0 | 1>('is-cancelled', isCancelledText),
  reap: script<ReapReply>('reap', finishJob, retryJob, indexText, displaceText, endAttemptText, reapText),
  getJobs: script<readonly RecordReply[]>('get-jobs', describeJobText, getJobsText),
  listJobs: script<ListReply>('list-jobs', describeJobText, listJobsText),
  position: script<number | null>('position', indexText, promoteText, positionText),
  stats: script<StatsReply>('stats', indexText, promoteText, statsText),
  restoreWaiting: script<string>('restore-waiting', indexText, restoreWaitingText),
  restoreIndex: script<string>('restore-index', restoreIndexText),
  purge: script<number>('purge', purgeText),
  forgetWorkflows: script<number>('forget-workflows', forgetWorkflowsText),
  readEvents: script<readonly [isResumed: 0 | 1, events: readonly RawEvent[]]>('read-events', readEventsText),
  startEvents: script<string>('start-events', startEventsText),
} as const

function script<Reply>(name: string, ...parts: readonly string[]): Script<Reply> {
  return new Script<Reply>(name, [preludeText, ...parts].join('\n'))
}
