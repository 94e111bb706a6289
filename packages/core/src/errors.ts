/** What went wrong, stable across versions: match on this, never on a message. */
export type QueueErrorCode =
  | 'VALIDATION'
  | 'WORKFLOW_CANCELLED'
  | 'JOB_CANCELLED'
  | 'JOB_NOT_FOUND'
  | 'LEASE_EXPIRED'
  | 'LEASE_NOT_FOUND'
  | 'RUN_NOT_FOUND'
  | 'RUN_CONFLICT'
  | 'WORKER_NOT_FOUND'
  | 'CAPACITY_EXCEEDED'
  | 'BACKEND_UNAVAILABLE'
  | 'QUEUE_CLOSED'

const brand: unique symbol = Symbol.for('@sluice/core/QueueError')

/** Every rejection of a queue or a store. Two copies of this package recognise each other's errors with {@link QueueError.is}. */
export class QueueError extends Error {
  override readonly name: string = 'QueueError'
  readonly code: QueueErrorCode
  readonly [brand] = true

  constructor(code: QueueErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** Tells whether a value is an error of a queue or a store, and of the given code; works across copies of this package. */
  static is(error: unknown, code?: QueueErrorCode): error is QueueError {
    return error instanceof Error && brand in error && (code === undefined || (error as QueueError).code === code)
  }
}

/** An argument breaks a limit or a type; nothing was stored. */
export class ValidationError extends QueueError {
  override readonly name = 'ValidationError'
  /** The path of the argument at fault, as in `retryPolicy.maxRetries` or `payload.items[3]`. */
  readonly field: string

  constructor(field: string, problem: string) {
    super('VALIDATION', `${field} ${problem}`)
    this.field = field
  }
}

/** The workflow was cancelled: it takes no more jobs. */
export class WorkflowCancelledError extends QueueError {
  override readonly name = 'WorkflowCancelledError'
  readonly workflowId: string

  constructor(workflowId: string) {
    super(
      'WORKFLOW_CANCELLED',
      `workflow "${workflowId}" was cancelled and takes no more jobs; start a new run instead`,
    )
    this.workflowId = workflowId
  }
}

/** The job was cancelled while the caller held its lease: stop the work. */
export class JobCancelledError extends QueueError {
  override readonly name = 'JobCancelledError'
  readonly workflowId: string
  readonly jobId: string

  constructor(workflowId: string, jobId: string) {
    super('JOB_CANCELLED', `job "${jobId}" of workflow "${workflowId}" was cancelled; stop working on it`)
    this.workflowId = workflowId
    this.jobId = jobId
  }
}

/** No such job is stored: never enqueued, or purged. */
export class JobNotFoundError extends QueueError {
  override readonly name = 'JobNotFoundError'
  readonly workflowId: string
  readonly jobId: string

  constructor(workflowId: string, jobId: string) {
    super('JOB_NOT_FOUND', `workflow "${workflowId}" has no job "${jobId}"; it was never enqueued, or was purged`)
    this.workflowId = workflowId
    this.jobId = jobId
  }
}

/** The lease is over: it expired, the job was handed to another attempt, or another call settled it. Nothing was changed. */
export class LeaseExpiredError extends QueueError {
  override readonly name = 'LeaseExpiredError'
  readonly leaseId: string

  constructor(leaseId: string) {
    super('LEASE_EXPIRED', `lease "${leaseId}" is over; stop the work: the job may already run elsewhere`)
    this.leaseId = leaseId
  }
}

/** The store has no such lease. */
export class LeaseNotFoundError extends QueueError {
  override readonly name = 'LeaseNotFoundError'
  readonly leaseId: string

  constructor(leaseId: string) {
    super('LEASE_NOT_FOUND', `there is no lease "${leaseId}"; pass the leaseId that claim returned`)
    this.leaseId = leaseId
  }
}

/** No such run is stored: never created, or deleted. */
export class RunNotFoundError extends QueueError {
  override readonly name = 'RunNotFoundError'
  readonly runId: string

  constructor(runId: string) {
    super('RUN_NOT_FOUND', `there is no run "${runId}"; it was never started, or was deleted`)
    this.runId = runId
  }
}

/** Somebody else changed the run since it was loaded: load it again and repeat the change. */
export class RunConflictError extends QueueError {
  override readonly name = 'RunConflictError'
  readonly runId: string
  readonly expectedVersion: number

  constructor(runId: string, expectedVersion: number) {
    super(
      'RUN_CONFLICT',
      `run "${runId}" is no longer at version ${expectedVersion}; load it again and repeat the change`,
    )
    this.runId = runId
    this.expectedVersion = expectedVersion
  }
}

/** The registry does not know the worker: register it again. */
export class WorkerNotFoundError extends QueueError {
  override readonly name = 'WorkerNotFoundError'
  readonly workerId: string

  constructor(workerId: string) {
    super('WORKER_NOT_FOUND', `worker "${workerId}" is not registered; register it again`)
    this.workerId = workerId
  }
}

/** The store is full; nothing was stored. */
export class CapacityExceededError extends QueueError {
  override readonly name = 'CapacityExceededError'

  constructor(what: string, options?: ErrorOptions) {
    super('CAPACITY_EXCEEDED', `the store is full: ${what}`, options)
  }
}

/** The store cannot be reached, or did not answer in time. Its `cause` is the driver's error. The call may have taken effect. */
export class BackendUnavailableError extends QueueError {
  override readonly name = 'BackendUnavailableError'

  constructor(store: string, options?: ErrorOptions) {
    super('BACKEND_UNAVAILABLE', `${store} is unavailable; the queue recovers by itself when it is back`, options)
  }
}

/** The queue was closed. */
export class QueueClosedError extends QueueError {
  override readonly name = 'QueueClosedError'

  constructor() {
    super('QUEUE_CLOSED', 'the queue is closed; open a new one')
  }
}
