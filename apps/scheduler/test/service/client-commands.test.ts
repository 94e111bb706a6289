import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { InProcessService } from './in-process-service.ts'

const FAILING = fileURLToPath(new URL('../fixtures/failing.yml', import.meta.url))
const SUCCEEDING = fileURLToPath(new URL('../fixtures/succeeding.yml', import.meta.url))

describe('a server driven from the command line', () => {
  it('runs what is submitted, and shows it to the one who follows', async () => {
    const service = await InProcessService.start(2)
    const { exitCode, stdout } = await service.run('submit', FAILING, '--follow')
    assert.equal(exitCode, 1)
    const lines = stdout.split('\n')
    const order = ['● test started', 'test | expected 1', '✖ test failed', '↷ publish skipped because test failed']
    const places = order.map((text) => lines.findIndex((line) => line.startsWith(text)))
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
    )
    assert.ok(
      places.every((place) => place >= 0),
      stdout,
    )
    assert.match(stdout, /✖ failing failed in .* 2 succeeded, 1 failed, 1 skipped/)
  })

  it('tells of runs and their jobs', async () => {
    const service = await InProcessService.start(2)
    await service.run('submit', FAILING, '--run-id', 'first', '--follow')
    const { run, jobs } = await service.ask('status', 'first')
    assert.equal(run.status, 'failed')
    assert.deepEqual(
      jobs.map(({ jobId, state }: { jobId: string; state: string }) => `${jobId} ${state}`),
      ['build succeeded', 'test failed', 'publish skipped', 'clean-up succeeded'],
    )
    const status = await service.run('status', 'first')
    assert.match(status.stdout, /Failed\n {2}✖ test .* exit code 3\n\nSkipped\n {2}↷ publish {2}because test failed\n/)
    assert.match(
      (await service.run('status', 'first', '--all')).stdout,
      /✔ build .*\n✖ test .*\n↷ publish .*\n✔ clean-up/,
    )
    const { stdout: list } = await service.run('runs', '--status', 'failed')
    assert.match(list, /^RUN +WORKFLOW +STATUS +STARTED +TOOK +JOBS\nfirst +failing +failed /)
    assert.deepEqual(await service.ask('runs', '--status', 'running'), { runs: [] })
    const why = await service.run('why', 'first', 'publish')
    assert.match(why.stdout, /^"publish" was skipped.* because "test" failed with exit code 3/)
  })

  it('prints logs as they are, or with their jobs', async () => {
    const service = await InProcessService.start(2)
    await service.run('submit', FAILING, '--run-id', 'first', '--follow')
    assert.equal((await service.run('logs', 'first', 'test')).stdout, 'expected 1\ngot 2\n')
    const all = 'build | compiling\ntest | expected 1\ntest | got 2\nclean-up | cleaned\n'
    assert.equal((await service.run('logs', 'first')).stdout, all)
    const [piece] = (await service.run('logs', 'first', 'build', '--json')).stdout.split('\n')
    const { jobId, stream, text, position } = JSON.parse(piece as string)
    assert.deepEqual([jobId, stream, text, position], ['build', 'stdout', 'compiling\n', 0])
  })

  it('follows a log until the job has ended, line by line', async () => {
    const service = await InProcessService.start(1)
    const gate = `${service.folder}/gate`
    const file = await service.workflow(`
jobs:
  slow:
    run: |
      echo first
      while [ ! -e "${gate}" ]; do sleep 0.05; done
      echo second
`)
    await service.run('submit', file, '--run-id', 'slow')
    const logs = service.start('logs', 'slow', 'slow', '--follow')
    await logs.untilPrinted('first\n')
    await service.workflow('', 'gate')
    assert.equal((await logs.ended).stdout, 'first\nsecond\n')
  })

  it('puts inputs in, and tells the problems of a file where they are', async () => {
    const service = await InProcessService.start(1)
    const file = await service.workflow('jobs:\n  greet:\n    run: echo hello $' + '{{ vars.WHOM }}\n')
    await service.run('submit', file, '--input', 'WHOM=world', '--run-id', 'greeting', '--follow')
    assert.equal((await service.run('logs', 'greeting', 'greet')).stdout, 'hello world\n')
    assert.equal((await service.ask('status', 'greeting')).run.name, 'work')
    const { exitCode, stderr } = await service.run('submit', file)
    assert.equal(exitCode, 2)
    assert.match(stderr, /work\.yml:3:5: jobs\.greet\.run: unknown variable "WHOM"/)
  })

  it('starts one run for one key, and for one id', async () => {
    const service = await InProcessService.start()
    const first = await service.ask('submit', SUCCEEDING, '--idempotency-key', 'once')
    const again = await service.ask('submit', SUCCEEDING, '--idempotency-key', 'once')
    assert.equal(again.runId, first.runId)
    assert.equal((await service.ask('runs')).runs.length, 1)
  })

  it('cancels a job and a run, and retries what did not succeed', async () => {
    const service = await InProcessService.start(1)
    const file = await service.workflow('jobs:\n  a: { run: sleep 600 }\n  b: { run: "true" }\n')
    await service.run('submit', file, '--run-id', 'long')
    assert.equal((await service.ask('cancel', 'long', 'b')).state, 'cancelled')
    assert.equal((await service.ask('cancel', 'long')).status, 'cancelled')
    assert.match((await service.run('cancel', 'long')).stdout, /run long is cancelled/)
    assert.equal((await service.ask('retry', 'long', '--from', 'b')).attempt, 2)
    await service.run('logs', 'long', '--follow')
    const { run } = await service.ask('status', 'long')
    assert.deepEqual([run.counts.succeeded, run.counts.cancelled], [1, 1])
  })

  it('says what it does not know', async () => {
    const service = await InProcessService.start()
    const { exitCode, stderr } = await service.run('status', 'nothing')
    assert.deepEqual(
      [exitCode, stderr],
      [2, 'sluice: there is no run "nothing"; it was never started, or was deleted\n'],
    )
  })
})
