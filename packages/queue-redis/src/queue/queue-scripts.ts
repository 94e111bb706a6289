import { BULL_CALLS } from '../bull-scripts.ts'
import { Script } from '../connection/script.ts'
import type { RawSummary } from './job-record.ts'
import cancelText from './lua/cancel.lua'
import cancelJobText from './lua/cancel-job.lua'
import cancelWorkflowText from './lua/cancel-workflow.lua'
import claimText from './lua/claim.lua'
import completeText from './lua/complete.lua'
import describeJobText from './lua/describe-job.lua'
import endAttemptText from './lua/end-attempt.lua'
import enqueueText from './lua/enqueue.lua'
import failText from './lua/fail.lua'
import forgetWorkflowsText from './lua/forget-workflows.lua'
import getJobText from './lua/get-job.lua'
import giveUpClaimsText from './lua/give-up-claims.lua'
import handBackText from './lua/hand-back.lua'
import isCancelledText from './lua/is-cancelled.lua'
import leaseText from './lua/lease.lua'
import listJobsText from './lua/list-jobs.lua'
import positionText from './lua/position.lua'
import preludeText from './lua/prelude.lua'
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
  | readonly ['renewed', workerId: string, attempt: number, expiresAt: number]
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
  expiresAt: number | string,
]

type ReapedReply = readonly [jobKey: string, attempt: number, ending: string, at: number]
type EnqueueReply = 'enqueued' | 'duplicate' | 'cancelled'
type CancelReply = readonly [
  outcome: 'cancelled' | 'finished' | 'unknown',
  state?: 'completed' | 'failed' | 'cancelled',
]
type LabelSetCounts = readonly [labelSet: string, waiting: number, delayed: number, active: number]

const { addJob, activateJob, extendLock, finishJob, retryJob, handBackJob } = BULL_CALLS

/** The scripts of the queue. Each `.lua` file tells its arguments and its reply. */
export const QUEUE_SCRIPTS = {
  enqueue: script<readonly EnqueueReply[]>('enqueue', addJob, enqueueText),
  claim: script<readonly [isComplete: 0 | 1, nextDueMs: number, claimed: readonly ClaimedReply[]]>(
    'claim',
    activateJob,
    claimText,
  ),
  giveUpClaims: script<1>('give-up-claims', handBackJob, handBackText, giveUpClaimsText),
  renewLease: script<readonly LeaseReply[]>('renew-lease', extendLock, leaseText, renewLeaseText),
  complete: script<readonly LeaseReply[]>('complete', finishJob, leaseText, completeText),
  fail: script<readonly LeaseReply[]>('fail', finishJob, retryJob, leaseText, endAttemptText, failText),
  release: script<readonly LeaseReply[]>('release', handBackJob, leaseText, handBackText, releaseText),
  cancel: script<CancelReply>('cancel', finishJob, cancelJobText, cancelText),
  cancelWorkflow: script<readonly [cancelled: number, next: string]>(
    'cancel-workflow',
    finishJob,
    cancelJobText,
    cancelWorkflowText,
  ),
  isCancelled: script<0 | 1>('is-cancelled', isCancelledText),
  reap: script<readonly [mayBeMore: 0 | 1, reaped: readonly ReapedReply[], stopped: string]>(
    'reap',
    finishJob,
    retryJob,
    endAttemptText,
    reapText,
  ),
  getJob: script<readonly [RawSummary, job: string, outputs: string] | null>('get-job', describeJobText, getJobText),
  listJobs: script<readonly [found: readonly (readonly [place: string, RawSummary])[], next: string]>(
    'list-jobs',
    describeJobText,
    listJobsText,
  ),
  position: script<number | null>('position', positionText),
  stats: script<readonly [next: number, byState: readonly number[], byLabelSet: readonly LabelSetCounts[]]>(
    'stats',
    statsText,
  ),
  restoreWaiting: script<string>('restore-waiting', restoreWaitingText),
  restoreIndex: script<string>('restore-index', restoreIndexText),
  purge: script<number>('purge', purgeText),
  forgetWorkflows: script<number>('forget-workflows', forgetWorkflowsText),
  readEvents: script<readonly [isResumed: 0 | 1, events: readonly RawEvent[]]>('read-events', readEventsText),
  startEvents: script<string>('start-events', startEventsText),
} as const

function script<Reply>(name: string, ...parts: readonly string[]): Script<Reply> {
  return new Script<Reply>(name, [preludeText, ...parts].join('\n'))
}
