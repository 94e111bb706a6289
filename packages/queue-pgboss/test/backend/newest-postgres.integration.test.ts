import { backendContract } from '@sluice/core/contract'
import { startPostgres } from '@sluice-tooling/services'
import { afterAll, describe, it } from 'vitest'
import { postgresSource } from '../store-sources.ts'
import { backendHarness } from './backend-harness.ts'

const server = await startPostgres({ version: 'newest' })
const source = await postgresSource(server)
afterAll(async () => {
  await source.dispose()
  await server.dispose()
})

backendContract({ describe, it: (title, body) => it(title, { timeout: 60_000 }, body) }, backendHarness(source))
