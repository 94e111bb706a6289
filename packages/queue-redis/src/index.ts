export { RedisJobQueue, type RedisJobQueueOptions } from './queue/redis-job-queue.ts'
