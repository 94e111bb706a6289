export { type Clock, systemClock } from './clock.ts'
export { InMemoryJobQueue, type InMemoryJobQueueOptions } from './in-memory-job-queue.ts'
export { ManualClock } from './manual-clock.ts'
