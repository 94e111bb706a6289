export { backendContract } from './backend-contract.ts'
export type {
  BackendHarness,
  FaultControl,
  Handle,
  Harness,
  LogStoreHarness,
  ModelOptions,
  OpenedStore,
  QueueHarness,
  TestRunner,
  WorkerRegistryHarness,
  WorkflowStoreHarness,
} from './harness.ts'
export { logStoreContract } from './log-store-contract.ts'
export { queueContract } from './queue-contract.ts'
export { workerRegistryContract } from './worker-registry-contract.ts'
export { workflowStoreContract } from './workflow-store-contract.ts'
