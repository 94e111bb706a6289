import { workerRegistryContract } from '@sluice/core/contract'
import { testPostgres } from '@sluice-tooling/services'
import { afterAll, describe, it } from 'vitest'
import { PostgresWorkerRegistry } from '../../src/worker-registry/postgres-worker-registry.ts'
import { harnessOf, memorySource, postgresSource } from '../store-sources.ts'

for (const source of [await postgresSource(await testPostgres()), await memorySource()]) {
  afterAll(() => source.dispose())
  const harness = harnessOf(source, async (options) => {
    const workers = await PostgresWorkerRegistry.open(options)
    return { workers, close: () => workers.close() }
  })
  workerRegistryContract({ describe, it }, harness)
}
