import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'vitest'
import { TestService } from './test-service.ts'

describe('sluice worker', { timeout: 60_000 }, () => {
  let service: TestService

  beforeEach(async () => {
    service = await TestService.create()
  })

  it('runs the jobs of a server whose labels it has, with a token from a file', async () => {
    const { stdout } = await service.run(['token', 'create', 'all', '--role', 'admin'])
    const worker = await service.run(['token', 'create', 'w', '--role', 'worker'])
    const tokenFile = await service.workflow(worker.stdout, 'worker.token')
    await service.serve()
    await service.work('--labels', 'gpu', '--token-file', tokenFile)
    const file = await service.workflow('jobs: { train: { run: echo "on a gpu", labels: [gpu] } }')
    const env = { SLUICE_TOKEN: stdout.trim() }
    const followed = await service.run(['submit', file, '--run-id', 'gpu', '--follow'], { env })
    assert.match(followed.stdout, /^train \| on a gpu$/m)
    assert.equal(followed.exitCode, 0)
  })

  it('stops a job that is cancelled', async () => {
    await service.serve()
    const worker = await service.work()
    const file = await service.workflow('jobs: { endless: { run: exec sleep 600 } }')
    await service.run(['submit', file, '--run-id', 'endless'])
    await worker.untilLogged('job started')
    await service.run(['cancel', 'endless'])
    assert.equal((await worker.untilLogged('job ended')).outcome, 'cancelled')
  })

  it('hands back what it cannot finish in time, and no attempt is used', async () => {
    await service.serve()
    const first = await service.work('--drain', '100ms', '--id', 'first')
    const gate = `${service.folder}/gate`
    const file = await service.workflow(`jobs: { long: { run: 'until [ -e "${gate}" ]; do sleep 0.05; done' } }`)
    await service.run(['submit', file, '--run-id', 'long'])
    await first.untilLogged('job started')
    first.child.kill('SIGTERM')
    assert.equal((await first.end()).exitCode, 0)
    await service.workflow('', 'gate')
    await service.work('--id', 'second')
    await service.run(['logs', 'long', '--follow'])
    const { jobs } = await service.ask('status', 'long')
    assert.deepEqual([jobs[0].state, jobs[0].attempt], ['succeeded', 0])
  })

  it('survives a server that is gone for a while', async () => {
    const server = await service.serve()
    const port = new URL(service.url).port
    const worker = await service.work()
    server.child.kill('SIGKILL')
    await server.end()
    await service.serve('--port', port)
    await service.run(['submit', 'succeeding.yml', '--run-id', 'later', '--follow'])
    assert.equal((await service.ask('status', 'later')).run.status, 'succeeded')
    worker.child.kill('SIGTERM')
    assert.equal((await worker.end()).exitCode, 0)
  })

  it('does not start with a token that the server refuses', async () => {
    await service.run(['token', 'create', 'reader', '--role', 'read'])
    await service.serve()
    const { exitCode, stderr } = await service.run(['worker'], { env: { SLUICE_TOKEN: 'sluice_wrong' } })
    assert.equal(exitCode, 77)
    assert.match(stderr, /^sluice: the token is unknown/m)
  })

  it('is told whom to work for', async () => {
    const { exitCode, stderr } = await service.run(['worker', '--backend', 'memory'], {
      env: { SLUICE_SERVER: undefined },
    })
    assert.equal(exitCode, 2)
    assert.match(stderr, /^sluice: the backend memory serves one process only; run sluice serve there/)
  })
})
