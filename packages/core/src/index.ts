export type { Backend } from './backend.ts'
export { type Backoff, backoffDelayMs, NO_RETRIES, type RetryPolicy } from './backoff.ts'
export type { ClaimManyOptions, ClaimOptions } from './claim-options.ts'
export {
  BackendUnavailableError,
  CapacityExceededError,
  JobCancelledError,
  JobNotFoundError,
  LeaseExpiredError,
  LeaseNotFoundError,
  QueueClosedError,
  QueueError,
  type QueueErrorCode,
  RunConflictError,
  RunNotFoundError,
  ValidationError,
  WorkerNotFoundError,
  WorkflowCancelledError,
} from './errors.ts'
export { EventBuffer, type EventSubscription, type SubscribeOptions } from './event-subscription.ts'
export {
  type ClaimedJob,
  isTerminalJobState,
  JOB_STATES,
  type JobFailure,
  type JobRecord,
  type JobRef,
  type JobState,
  type JobSummary,
  type Lease,
  type Outputs,
  type QueuedJob,
} from './job.ts'
export type {
  CancelResult,
  CancelWorkflowResult,
  EnqueueManyResult,
  EnqueueResult,
  FailResult,
  JobPage,
  JobQueue,
  LabelSetStats,
  ListJobsOptions,
  QueueCapabilities,
  QueueStats,
} from './job-queue.ts'
export { copyJson, type JsonValue } from './json.ts'
export { canonicalLabelSet, isLabelSubset, LABEL_PATTERN, labelSetKey, parseLabelSetKey } from './label-set.ts'
export { LIMITS } from './limits.ts'
export { parseFilter, parseOneOf } from './list-filter.ts'
export { LogPageSize } from './log-page-size.ts'
export type {
  FollowLogOptions,
  LogChunk,
  LogPage,
  LogStore,
  LogStream,
  ReadLogOptions,
  StoredLogChunk,
} from './log-store.ts'
export { LOG_STREAMS, parseLogChunks, parseLogPosition, parseLogRef } from './log-validation.ts'
export {
  type CancelledEvent,
  type CompletedEvent,
  type FailedEvent,
  type GapEvent,
  isTerminalEvent,
  type JobEventKind,
  type LeaseExpiredEvent,
  type QueueEvent,
  type ReadyEvent,
  type StartedEvent,
} from './queue-event.ts'
export { parseNewRun, parseRunChanges, RUN_STATUSES } from './run-validation.ts'
export { refuseTransaction, type TransactionOptions } from './transaction-options.ts'
export {
  cutText,
  parseAge,
  parseClaim,
  parseFailure,
  parseId,
  parseInteger,
  parseJob,
  parseJobRef,
  parseLabels,
  parseLeaseTtl,
  parseOptions,
  parseOutputs,
  parsePageSize,
  type ValidClaim,
  type ValidJob,
} from './validation.ts'
export type { WorkerInfo, WorkerRecord, WorkerRegistry } from './worker-registry.ts'
export { parseRunning, parseWorkerInfo } from './worker-validation.ts'
export {
  isFinalRunJobState,
  isFinalRunStatus,
  type ListRunJobsOptions,
  type ListRunsOptions,
  type LoadedRun,
  type NewRun,
  RUN_JOB_STATES,
  type Run,
  type RunChanges,
  type RunJob,
  type RunJobCounts,
  type RunJobPage,
  type RunJobReason,
  type RunJobState,
  type RunPage,
  type RunStatus,
  type RunSummary,
  type SchedulingLease,
  type WorkflowStore,
} from './workflow-store.ts'
