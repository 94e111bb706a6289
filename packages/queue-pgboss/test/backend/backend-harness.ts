import type { BackendHarness } from '@sluice/core/contract'
import { createPgBossBackend } from '../../src/create-pgboss-backend.ts'
import { harnessOf, type StoreSource } from '../store-sources.ts'

/** Lets the contract open backends from a source; logs are cut early, so that filling one takes no time. */
export function backendHarness(source: StoreSource): BackendHarness {
  return harnessOf(source, async (options) => {
    const backend = await createPgBossBackend({ ...options, maxLogBytesPerJob: 1024 * 1024 })
    return { backend, close: () => backend.close() }
  })
}

/** How long a test of the contract may take, which waits for real time; longer where its model is driven harder. */
export const CONTRACT_TIMEOUT_MS = process.env.SLUICE_MODEL ? 3_600_000 : 60_000
