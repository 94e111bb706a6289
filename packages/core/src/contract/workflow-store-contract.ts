import type { TestRunner, WorkflowStoreHarness } from './harness.ts'
import { runListsSection } from './run-lists.ts'
import { schedulingSection } from './scheduling.ts'
import { createSuite } from './suite.ts'
import { workflowStoreSection } from './workflow-store.ts'

/** Registers the tests of every rule on a `WorkflowStore`. */
export function workflowStoreContract(runner: TestRunner, harness: WorkflowStoreHarness): void {
  const suite = createSuite(runner, harness, { pick: ({ workflows }) => ({ workflows }) })
  runner.describe(`${harness.name}: workflow store`, () => {
    workflowStoreSection(suite)
    runListsSection(suite)
    schedulingSection(suite)
  })
}
