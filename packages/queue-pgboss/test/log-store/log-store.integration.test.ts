import { logStoreContract } from '@sluice/core/contract'
import { testPostgres } from '@sluice-tooling/services'
import { afterAll, describe, it } from 'vitest'
import { PostgresLogStore } from '../../src/log-store/postgres-log-store.ts'
import { harnessOf, memorySource, postgresSource } from '../store-sources.ts'

for (const source of [await postgresSource(await testPostgres()), await memorySource()]) {
  afterAll(() => source.dispose())
  const harness = harnessOf(source, async (options) => {
    const logs = await PostgresLogStore.open({ ...options, maxLogBytesPerJob: 1024 * 1024 })
    return { logs, close: () => logs.close() }
  })
  logStoreContract({ describe, it }, harness)
}
