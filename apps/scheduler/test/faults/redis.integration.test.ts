import { startRedis } from '@sluice-tooling/services'
import { describe, it, onTestFinished } from 'vitest'
import { killStorm, stormOptions } from './kill-storm.ts'

describe('a service on Redis', () => {
  const storm = stormOptions()

  it('ends every run as it should while its processes are killed', { timeout: storm.forMs + 180_000 }, async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.dispose())
    await killStorm(redis.url, storm)
  })
})
