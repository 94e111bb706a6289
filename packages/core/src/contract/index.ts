export type { FaultControl, Handle, Harness, OpenedStore, QueueHarness, TestRunner } from './harness.ts'
export { queueContract } from './queue-contract.ts'
