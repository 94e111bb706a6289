import { backendContract } from '@sluice/core/contract'
import { afterAll, describe, it } from 'vitest'
import { memorySource } from '../store-sources.ts'
import { backendHarness } from './backend-harness.ts'

const source = await memorySource()
afterAll(() => source.dispose())

backendContract({ describe, it: (title, body) => it(title, { timeout: 60_000 }, body) }, backendHarness(source))
