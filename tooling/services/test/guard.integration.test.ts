import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { expect, it, vi } from 'vitest'
import { sourceFlags } from '../src/index.ts'

const fixture = fileURLToPath(new URL('./fixtures/start-servers.fixture.ts', import.meta.url))

async function startServersElsewhere() {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-guard-'))
  // The servers may run as another user, who needs a way in.
  await chmod(folder, 0o711)
  const owner = fork(fixture, { execArgv: [...sourceFlags], env: { ...process.env, TMPDIR: folder } })
  const [urls] = (await once(owner, 'message')) as [{ postgres: string; redis: string }]
  const postgres = new Client({ connectionString: urls.postgres })
  const redis = new Redis(urls.redis, { retryStrategy: null })
  const clients = [postgres.on('error', () => {}), redis]
  const ended = Promise.all(clients.map((client) => new Promise<void>((resolve) => client.once('end', resolve))))
  await Promise.all([postgres.connect(), redis.ping()])
  return { folder, owner, ended }
}

it.each([
  ['is killed', (owner: ChildProcess) => owner.kill('SIGKILL')],
  ['is interrupted', (owner: ChildProcess) => owner.kill('SIGINT')],
  ['has nothing left to do', (owner: ChildProcess) => owner.disconnect()],
])('ends the servers and removes their folders when the process that started them %s', async (_, end) => {
  const { folder, owner, ended } = await startServersElsewhere()
  expect(await readdir(folder)).toHaveLength(2)
  end(owner)
  await ended
  await vi.waitFor(async () => expect(await readdir(folder)).toEqual([]), { timeout: 20_000 })
  await rm(folder, { recursive: true })
})
