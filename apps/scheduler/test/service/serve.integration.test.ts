import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, it } from 'vitest'
import { TestService } from './test-service.ts'

describe('sluice serve', { timeout: 60_000 }, () => {
  let service: TestService

  beforeEach(async () => {
    service = await TestService.create()
  })

  it('lets running jobs finish when it is asked to stop, and listens no more', async () => {
    const server = await service.serve('--workers', '1')
    const file = await service.workflow(`jobs: { slow: { run: 'sleep 0.5; echo done > "${service.folder}/done"' } }`)
    await service.run(['submit', file])
    await server.untilLogged('job started')
    server.child.kill('SIGTERM')
    assert.equal((await server.end()).exitCode, 0)
    assert.equal(await readFile(join(service.folder, 'done'), 'utf8'), 'done\n')
    const { exitCode, stderr } = await service.run(['runs'])
    assert.deepEqual(
      [exitCode, stderr],
      [69, `sluice: cannot reach the server at ${service.url}: connection refused\n`],
    )
  })

  it('ends jobs that run past the deadline', async () => {
    const server = await service.serve('--workers', '1', '--drain', '200ms')
    const file = await service.workflow('jobs: { endless: { run: exec sleep 600 } }')
    await service.run(['submit', file])
    await server.untilLogged('job started')
    server.child.kill('SIGTERM')
    const { exitCode, stderr } = await server.end()
    assert.equal(exitCode, 0)
    assert.match(stderr, /"outcome":"released"/)
  })

  it('is open to other machines only with a token', async () => {
    const refused = service.start(['serve', '--backend', 'memory', '--host', '0.0.0.0', '--port', '0'])
    const { exitCode, stderr } = await refused.end()
    assert.equal(exitCode, 2)
    assert.match(stderr, /^sluice: there is no token, .* make one with `sluice token create`/m)
  })

  it('asks for tokens once there are some, and gives each what its role allows', async () => {
    const { token: reader } = JSON.parse(
      (await service.run(['token', 'create', 'me', '--role', 'read', '--json'])).stdout,
    )
    await service.serve()
    const anybody = await service.run(['runs'])
    assert.equal(anybody.exitCode, 77)
    assert.match(anybody.stderr, /^sluice: send a token/)
    const env = { SLUICE_TOKEN: reader }
    assert.equal((await service.run(['runs'], { env })).exitCode, 0)
    const submit = await service.run(['submit', 'succeeding.yml'], { env })
    assert.equal(submit.exitCode, 77)
    assert.match(submit.stderr, /the token "me" has the roles read; this needs "submit"/)
  })

  it('takes what flags and the environment leave open from the configuration file', async () => {
    await service.workflow('serve: { workers: 1, labels: [gpu] }\nlogLevel: debug\n', 'service.yml')
    await service.serve('--config', join(service.folder, 'service.yml'))
    const { workers } = await service.ask('workers')
    assert.deepEqual([workers[0].concurrency, workers[0].labels], [1, ['gpu']])
  })

  it('says that a backend of one process cannot leave scheduling to another', async () => {
    const { exitCode, stderr } = await service.run(['serve', '--backend', 'memory', '--no-scheduler'])
    assert.equal(exitCode, 2)
    assert.match(stderr, /^sluice: the backend memory serves one process only, which has to schedule/)
  })
})
