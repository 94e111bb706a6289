import { backendContract } from '@sluice/core/contract'
import { testPostgres } from '@sluice-tooling/services'
import { afterAll, describe, it } from 'vitest'
import { postgresSource } from '../store-sources.ts'
import { backendHarness } from './backend-harness.ts'

const source = await postgresSource(await testPostgres())
afterAll(() => source.dispose())

backendContract({ describe, it: (title, body) => it(title, { timeout: 60_000 }, body) }, backendHarness(source))
