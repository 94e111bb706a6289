import { isTerminalEvent } from '@sluice/core'
import type { JobEvent } from './queue-outcomes.ts'

/** An event of a job, and the attempt of the run that it belongs to. */
export interface JobHint {
  readonly event: JobEvent
  readonly attempt: number
}

/** What was heard of the jobs of a run and not yet looked at; at most one hint a job, the latest. */
export class JobHints {
  readonly #ended = new Map<string, JobHint>()
  readonly #moved = new Map<string, JobHint>()

  /** Tells whether jobs are said to have ended. */
  get haveEnded(): boolean {
    return this.#ended.size > 0
  }

  /** Notes an event, and tells whether it says that the job has ended. */
  add(event: JobEvent, attempt: number): boolean {
    const { jobId } = event
    const ended = this.#ended.get(jobId)
    if (ended !== undefined && ended.attempt > attempt) return true
    if (isTerminalEvent(event)) {
      this.#moved.delete(jobId)
      this.#ended.set(jobId, { event, attempt })
      return true
    }
    if (ended?.attempt !== attempt) this.#moved.set(jobId, { event, attempt })
    return false
  }

  /** Takes the hints about jobs that started or wait again. */
  takeMoved(): JobHint[] {
    const moved = [...this.#moved.values()]
    this.#moved.clear()
    return moved
  }

  /** Takes the oldest hints about jobs that ended. */
  takeEnded(limit: number): JobHint[] {
    const ended: JobHint[] = []
    for (const [jobId, hint] of this.#ended) {
      if (ended.length === limit) break
      this.#ended.delete(jobId)
      ended.push(hint)
    }
    return ended
  }

  clear(): void {
    this.#ended.clear()
    this.#moved.clear()
  }
}
