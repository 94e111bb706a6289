import { backendContract } from '@sluice/core/contract'
import { afterAll, describe, it } from 'vitest'
import { memorySource } from '../store-sources.ts'
import { backendHarness, CONTRACT_TIMEOUT_MS } from './backend-harness.ts'

const source = await memorySource()
afterAll(() => source.dispose())

backendContract(
  { describe, it: (title, body) => it(title, { timeout: CONTRACT_TIMEOUT_MS }, body) },
  backendHarness(source),
)
