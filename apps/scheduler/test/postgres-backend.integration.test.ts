import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPgBossBackend, type PgBossBackendOptions } from '@sluice/queue-pgboss'
import { testPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runCli } from './cli-process.ts'

describe('sluice run --backend', { timeout: 60_000 }, () => {
  it('keeps the run in the namespace of a postgres: URL', async () => {
    const url = await newDatabase()
    const location = `${url}?namespace=cli`
    const { exitCode, stdout, stderr } = await runCli(['run', 'succeeding.yml', '--backend', location])
    expect(stderr).toBe('')
    expect(stdout).toContain('succeeding succeeded')
    expect(exitCode).toBe(0)
    await expectRun({ connectionString: url, namespace: 'cli' })
  })

  it('keeps the run in the folder of a pglite: location', async () => {
    const folder = join(await newFolder(), 'data')
    const { exitCode, stdout, stderr } = await runCli(['run', 'succeeding.yml', '--backend', `pglite:${folder}`])
    expect(stderr).toBe('')
    expect(stdout).toContain('succeeding succeeded')
    expect(exitCode).toBe(0)
    await expectRun({ pglite: folder })
  })

  it('says why a database cannot be used', async () => {
    const { exitCode, stderr } = await runCli(['run', 'succeeding.yml', '--backend', 'postgres://127.0.0.1:1/none'])
    expect(stderr).toContain('PostgreSQL at 127.0.0.1:1, database none is unavailable')
    expect(stderr).toContain('ECONNREFUSED')
    expect(exitCode).toBe(70)
  })

  it('refuses a location that names nothing', async () => {
    const { exitCode, stderr } = await runCli(['run', 'succeeding.yml', '--backend', 'pglite:'])
    expect(stderr).toContain('"pglite:" needs a folder')
    expect(exitCode).toBe(2)
  })
})

describe('sluice migrate', { timeout: 60_000 }, () => {
  it('creates the schemas, and does nothing when they are there', async () => {
    const url = await newDatabase()
    for (let times = 0; times < 2; times++) {
      const { exitCode, stdout } = await runCli(['migrate', '--backend', `${url}?namespace=tenant`])
      expect([exitCode, stdout]).toEqual([0, 'The schemas are up to date.\n'])
    }
    const backend = await createPgBossBackend({ connectionString: url, namespace: 'tenant', migrate: false })
    await backend.close()
  })

  it('prints SQL that another may run', async () => {
    const url = await newDatabase()
    const { exitCode, stdout } = await runCli(['migrate', '--print'])
    expect(exitCode).toBe(0)
    const client = new pg.Client(url)
    await client.connect()
    await client.query(stdout)
    await client.end()
    const backend = await createPgBossBackend({ connectionString: url, migrate: false })
    await backend.close()
  })

  it('wants to know which database, and one that has schemas', async () => {
    expect((await runCli(['migrate'])).stderr).toContain('name the database with --backend')
    const { exitCode, stderr } = await runCli(['migrate', '--backend', 'memory'])
    expect(stderr).toContain('only PostgreSQL has schemas to migrate')
    expect(exitCode).toBe(2)
  })
})

async function newDatabase(): Promise<string> {
  const { url, dispose } = await (await testPostgres()).createDatabase()
  onTestFinished(dispose)
  return url
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function expectRun(options: PgBossBackendOptions): Promise<void> {
  const backend = await createPgBossBackend(options)
  try {
    const { runs } = await backend.workflows.listRuns()
    expect(runs.map(({ name, status }) => [name, status])).toEqual([['succeeding', 'succeeded']])
    const { chunks } = await backend.logs.read({ workflowId: runs[0]?.runId ?? '', jobId: 'build' })
    expect(chunks.map(({ text }) => text).join('')).toContain('compiling')
  } finally {
    await backend.close()
  }
}
