import type { Backend } from '../backend.ts'
import { backendSection } from './backend.ts'
import type { BackendHarness, Harness, TestRunner } from './harness.ts'
import { logStoreContract } from './log-store-contract.ts'
import { queueContract } from './queue-contract.ts'
import { createSuite } from './suite.ts'
import { workerRegistryContract } from './worker-registry-contract.ts'
import { workflowStoreContract } from './workflow-store-contract.ts'

/** Registers the tests of every rule on a `Backend`: its queue, its stores and itself. */
export function backendContract(runner: TestRunner, harness: BackendHarness): void {
  const shared = withoutPeersOfOneProcess(harness)
  queueContract(
    runner,
    partOf(harness, ({ queue }) => ({ queue })),
  )
  workflowStoreContract(
    runner,
    partOf(shared, ({ workflows }) => ({ workflows })),
  )
  logStoreContract(
    runner,
    partOf(shared, ({ logs }) => ({ logs })),
  )
  workerRegistryContract(
    runner,
    partOf(shared, ({ workers }) => ({ workers })),
  )

  const suite = createSuite(runner, harness, {
    pick: ({ backend }) => ({ backend }),
    isMultiProcess: ({ backend }) => backend.queue.capabilities.multiProcess,
  })
  runner.describe(`${harness.name}: backend`, () => backendSection(suite))
}

/** The peers of a store of one process are there to open it again, not for use at once. */
function withoutPeersOfOneProcess(harness: BackendHarness): BackendHarness {
  return {
    ...harness,
    async open() {
      const { peer, ...opened } = await harness.open()
      return peer && opened.backend.queue.capabilities.multiProcess ? { ...opened, peer } : opened
    },
  }
}

function partOf<Part>(harness: BackendHarness, pick: (backend: Backend) => Part): Harness<Part> {
  return {
    ...harness,
    async open() {
      const { backend, peer, ...opened } = await harness.open()
      if (!peer) return { ...opened, ...pick(backend) }
      const peerOfPart = async () => {
        const { backend: other, ...handle } = await peer()
        return { ...handle, ...pick(other) }
      }
      return { ...opened, ...pick(backend), peer: peerOfPart }
    },
  }
}
