import type { TestRunner, WorkerRegistryHarness } from './harness.ts'
import { createSuite } from './suite.ts'
import { workerRegistrySection } from './worker-registry.ts'

/** Registers the tests of every rule on a `WorkerRegistry`. */
export function workerRegistryContract(runner: TestRunner, harness: WorkerRegistryHarness): void {
  const suite = createSuite(runner, harness, { pick: ({ workers }) => ({ workers }) })
  runner.describe(`${harness.name}: worker registry`, () => workerRegistrySection(suite))
}
