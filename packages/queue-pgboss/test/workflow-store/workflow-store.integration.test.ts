import { workflowStoreContract } from '@sluice/core/contract'
import { testPostgres } from '@sluice-tooling/services'
import { afterAll, describe, it } from 'vitest'
import { PostgresWorkflowStore } from '../../src/workflow-store/postgres-workflow-store.ts'
import { harnessOf, memorySource, postgresSource } from '../store-sources.ts'

for (const source of [await postgresSource(await testPostgres()), await memorySource()]) {
  afterAll(() => source.dispose())
  const harness = harnessOf(source, async (options) => {
    const workflows = await PostgresWorkflowStore.open(options)
    return { workflows, close: () => workflows.close() }
  })
  workflowStoreContract({ describe, it }, harness)
}
