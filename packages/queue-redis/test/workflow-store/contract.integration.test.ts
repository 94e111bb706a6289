import { workflowStoreContract } from '@sluice/core/contract'
import { describe, it } from 'vitest'
import { RedisWorkflowStore } from '../../src/workflow-store/redis-workflow-store.ts'
import { testNamespace } from '../redis-server.ts'

const timeout = 60_000

workflowStoreContract(
  { describe, it: (title, body) => it(title, { timeout }, body) },
  {
    name: 'redis',
    faults: null,
    async open() {
      const { options, dispose } = await testNamespace()
      const openHandle = async () => {
        const workflows = await RedisWorkflowStore.open(options)
        return { workflows, close: () => workflows.close() }
      }
      return { ...(await openHandle()), peer: openHandle, dispose }
    },
  },
)
