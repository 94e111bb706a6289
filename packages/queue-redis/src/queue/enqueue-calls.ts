import { type EnqueueResult, labelSetKey, type ValidJob, WorkflowCancelledError } from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import { CallBatch } from './call-batch.ts'
import { encodeJobKey } from './job-key.ts'
import { toBullPriority } from './job-record.ts'
import { createToken } from './lease-id.ts'
import { QUEUE_SCRIPTS } from './queue-scripts.ts'

interface Request {
  readonly job: ValidJob
  readonly data: string
}

/** Adds jobs, those of one moment together. */
export class EnqueueCalls {
  readonly #batch: CallBatch<Request, EnqueueResult | 'cancelled'>

  constructor(session: RedisSession) {
    this.#batch = new CallBatch(
      session,
      async (requests) => {
        const replies = await session.run(QUEUE_SCRIPTS.enqueue, [session.keys.prefix], requests.flatMap(toArguments))
        return replies.map((status) => (status === 'cancelled' ? status : { status }))
      },
      ({ data }) => data.length,
    )
  }

  /** @throws {WorkflowCancelledError} */
  async add(job: ValidJob): Promise<EnqueueResult> {
    const result = await this.#batch.call({ job, data: JSON.stringify(job) })
    if (result === 'cancelled') throw new WorkflowCancelledError(job.workflowId)
    return result
  }
}

function toArguments({ job, data }: Request): (string | number)[] {
  const { maxRetries, backoff } = job.retryPolicy
  return [
    createToken(),
    encodeJobKey(job),
    job.jobId,
    labelSetKey(job.requiredLabels),
    toBullPriority(job.priority),
    job.delayMs,
    maxRetries + 1,
    toBullBackoff(backoff),
    data,
  ]
}

/** Describes a backoff as far as BullMQ knows it too, so that dashboards show it. */
function toBullBackoff(backoff: ValidJob['retryPolicy']['backoff']): string {
  switch (backoff.kind) {
    case 'none':
      return ''
    case 'fixed':
      return JSON.stringify({ type: 'fixed', delay: backoff.delayMs })
    case 'exponential': {
      const { baseMs, maxMs, jitter = false } = backoff
      return JSON.stringify({ type: 'exponential', delay: baseMs, maxDelay: maxMs, jitter })
    }
  }
}
