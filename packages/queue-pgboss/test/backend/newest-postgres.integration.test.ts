import { backendContract } from '@sluice/core/contract'
import { startPostgres } from '@sluice-tooling/services'
import { afterAll, describe, it } from 'vitest'
import { postgresSource } from '../store-sources.ts'
import { backendHarness, CONTRACT_TIMEOUT_MS } from './backend-harness.ts'

const server = await startPostgres({ version: 'newest' })
const source = await postgresSource(server)
afterAll(async () => {
  await source.dispose()
  await server.dispose()
})

backendContract(
  { describe, it: (title, body) => it(title, { timeout: CONTRACT_TIMEOUT_MS }, body) },
  backendHarness(source),
)
