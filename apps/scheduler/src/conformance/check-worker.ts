import { ConformanceBench, type ConformanceOptions } from './conformance-bench.ts'
import { WORKER_CHECKS } from './worker-checks.ts'

/** What became of one check. */
export interface CheckResult {
  readonly rule: string
  /** In what way the worker does not keep the rule. */
  readonly problem?: string
}

/** Starts a worker with a server of its own, and yields for each rule of the protocol whether the worker keeps it. */
export async function* checkWorker(options: ConformanceOptions): AsyncGenerator<CheckResult, void> {
  const bench = await ConformanceBench.open(options)
  try {
    for (const { rule, check } of WORKER_CHECKS) {
      if (!bench.isWorkerAlive) {
        yield { rule, problem: 'the worker has exited' }
        continue
      }
      try {
        await check(bench)
        yield { rule }
      } catch (error) {
        yield { rule, problem: (error as Error).message }
      }
    }
  } finally {
    await bench.close()
  }
}
