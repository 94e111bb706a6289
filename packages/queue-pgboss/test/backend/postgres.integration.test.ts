import { backendContract } from '@sluice/core/contract'
import { testPostgres } from '@sluice-tooling/services'
import { afterAll, describe, it } from 'vitest'
import { postgresSource } from '../store-sources.ts'
import { backendHarness, CONTRACT_TIMEOUT_MS } from './backend-harness.ts'

const source = await postgresSource(await testPostgres())
afterAll(() => source.dispose())

backendContract(
  { describe, it: (title, body) => it(title, { timeout: CONTRACT_TIMEOUT_MS }, body) },
  backendHarness(source),
)
