import { expect, it, vi } from 'vitest'
import { Fixture } from './worker-fixture.ts'

vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  readdir: async () => {
    throw Object.assign(new Error('EMFILE: too many open files, scandir /proc'), { code: 'EMFILE' })
  },
}))

it('ends a cancelled command although /proc cannot be listed', async () => {
  const fixture = new Fixture({ shell: true })
  fixture.worker.start()
  await fixture.enqueue({ jobId: 'a', command: 'sleep 5', timeoutMs: 200 })
  expect(await fixture.recorder.outcomeOf('a')).toMatchObject({
    status: 'failed',
    failure: { message: 'timed out after 200 ms', signal: 'SIGTERM' },
  })
})
