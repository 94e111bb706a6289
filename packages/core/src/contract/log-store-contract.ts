import { followSection } from './follow.ts'
import type { LogStoreHarness, TestRunner } from './harness.ts'
import { logStoreSection } from './log-store.ts'
import { createSuite } from './suite.ts'

/** Registers the tests of every rule on a `LogStore`. Configure a small size limit: the log of a job is filled once. */
export function logStoreContract(runner: TestRunner, harness: LogStoreHarness): void {
  const suite = createSuite(runner, harness, { pick: ({ logs }) => ({ logs }) })
  runner.describe(`${harness.name}: log store`, () => {
    logStoreSection(suite)
    followSection(suite)
  })
}
