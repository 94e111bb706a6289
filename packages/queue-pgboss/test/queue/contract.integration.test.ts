import { queueContract } from '@sluice/core/contract'
import { testPostgres } from '@sluice-tooling/services'
import { describe, it } from 'vitest'
import { serverHarness } from './harness.ts'

const harness = await serverHarness('PostgreSQL', await testPostgres())

queueContract({ describe, it: (title, body) => it(title, { timeout: 60_000 }, body) }, harness)
