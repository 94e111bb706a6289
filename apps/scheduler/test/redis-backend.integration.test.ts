import { randomUUID } from 'node:crypto'
import { createRedisBackend, deleteNamespace } from '@sluice/queue-redis'
import { testRedis } from '@sluice-tooling/services'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runCli } from './cli-process.ts'

describe('sluice run --backend redis:', { timeout: 30_000 }, () => {
  it('keeps the run in the namespace of the URL', async () => {
    const { url } = await testRedis()
    const namespace = `cli ${randomUUID()}`
    onTestFinished(async () => void (await deleteNamespace({ url, namespace })))
    const location = `${url}?namespace=${encodeURIComponent(namespace)}`
    const { exitCode, stdout } = await runCli(['run', 'succeeding.yml', '--backend', location])
    expect(stdout).toContain('succeeding succeeded')
    expect(exitCode).toBe(0)

    const { workflows, logs, close } = await createRedisBackend({ url, namespace, warn: () => {} })
    onTestFinished(close)
    const { runs } = await workflows.listRuns()
    expect(runs.map(({ name, status }) => [name, status])).toEqual([['succeeding', 'succeeded']])
    const { chunks } = await logs.read({ workflowId: runs[0]?.runId ?? '', jobId: 'build' })
    expect(chunks.map(({ text }) => text).join('')).toContain('compiling')
  })

  it('refuses a location that is no URL', async () => {
    const { exitCode, stderr } = await runCli(['run', 'succeeding.yml', '--backend', 'redis:nowhere:x'])
    expect(stderr).toContain('url must be like redis://host:6379')
    expect(exitCode).toBe(2)
  })
})
