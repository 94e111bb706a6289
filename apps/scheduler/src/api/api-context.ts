import type { Backend } from '@sluice/core'
import type { DependencyEnqueuer } from '@sluice/dag'
import type { ApiLimits } from './api-limits.ts'
import type { OpenCalls } from './open-calls.ts'
import type { WorkflowReader } from './parsing/workflow-reader.ts'
import type { JobEndings } from './streams/job-endings.ts'

/** What the handlers of all routes share. */
export interface ApiContext {
  readonly backend: Backend
  readonly enqueuer: DependencyEnqueuer
  readonly limits: ApiLimits
  readonly streams: OpenCalls
  readonly waitingClaims: OpenCalls
  readonly endings: JobEndings
  readonly workflowReader: WorkflowReader
  /** Ends streams and waiting requests when it aborts. */
  readonly signal: AbortSignal
  /** Hears of errors that nobody foresaw, with the id of the request. */
  readonly onError: (error: unknown, requestId: string) => void
}
