import type { RunJob, RunSummary } from '@sluice/core'
import type { RunWatch } from './run-watch.ts'

/** Who watches which run. */
export class RunWatches {
  readonly #byRun = new Map<string, Set<RunWatch>>()

  get isEmpty(): boolean {
    return this.#byRun.size === 0
  }

  get runIds(): readonly string[] {
    return [...this.#byRun.keys()]
  }

  add(runId: string, watch: RunWatch): void {
    const watches = this.#byRun.get(runId)
    if (watches) watches.add(watch)
    else this.#byRun.set(runId, new Set([watch]))
  }

  remove(runId: string, watch: RunWatch): void {
    const watches = this.#byRun.get(runId)
    if (watches?.delete(watch) && watches.size === 0) this.#byRun.delete(runId)
  }

  has(runId: string): boolean {
    return this.#byRun.has(runId)
  }

  publish(runId: string, jobs: readonly RunJob[], run: RunSummary): void {
    for (const watch of [...(this.#byRun.get(runId) ?? [])]) watch.push(jobs, run)
  }

  fail(runId: string, error: unknown): void {
    for (const watch of [...(this.#byRun.get(runId) ?? [])]) watch.fail(error)
  }

  failAll(error: unknown): void {
    for (const runId of this.runIds) this.fail(runId, error)
  }
}
