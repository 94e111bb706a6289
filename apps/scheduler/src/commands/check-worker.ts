import { checkWorker } from '../conformance/check-worker.ts'
import { EXIT } from '../exit-code.ts'

/** The options of `sluice check-worker`; durations are milliseconds. */
export interface CheckWorkerOptions {
  readonly leaseTtl: number
  readonly patience: number
  readonly json?: true
}

/** Checks whether a worker keeps the worker protocol, rule by rule. */
export async function checkWorkerCommand(
  command: readonly string[],
  { leaseTtl, patience, json }: CheckWorkerOptions,
): Promise<number> {
  let failed = 0
  for await (const { rule, problem } of checkWorker({ command, leaseTtlMs: leaseTtl, patienceMs: patience })) {
    if (problem !== undefined) failed++
    const line = problem === undefined ? `✔ ${rule}` : `✖ ${rule}\n  ${problem}`
    process.stdout.write(`${json ? JSON.stringify({ rule, passed: problem === undefined, problem }) : line}\n`)
  }
  return failed === 0 ? EXIT.succeeded : EXIT.failed
}
