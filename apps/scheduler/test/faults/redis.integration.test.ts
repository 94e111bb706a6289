import { startRedis } from '@sluice-tooling/services'
import { onTestFinished } from 'vitest'
import { serviceFaults } from './service-faults.ts'

serviceFaults('Redis', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.dispose())
  return redis.url
})
