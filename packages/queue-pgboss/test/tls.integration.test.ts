import { startPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { generate } from 'selfsigned'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPgBossBackend } from '../src/create-pgboss-backend.ts'

/** A server that takes connections only over TLS, and the certificate with which it shows who it is. */
async function startTlsServer() {
  const server = await startPostgres()
  onTestFinished(() => server.dispose())
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  const client = new pg.Client(server.url)
  await client.connect()
  const { rows } = await client.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder")
  const folder = rows[0]?.folder
  // Only the server's own user may own the key, and no other may read it.
  for (const [name, text] of Object.entries({ 'server.crt': cert, 'server.key': key })) {
    const lines = pg.escapeLiteral(text.trim())
    await client.query(
      `COPY (SELECT unnest(string_to_array(${lines}, E'\\n'))) TO PROGRAM 'umask 077; tr -d \\\\r > ${folder}/${name}'`,
    )
  }
  const hosts = 'hostssl all all 127.0.0.1/32 trust'
  await client.query(`COPY (SELECT '${hosts}') TO PROGRAM 'cat > ${folder}/pg_hba.conf'`)
  await client.query('ALTER SYSTEM SET ssl = on')
  await client.query('SELECT pg_reload_conf()')
  await client.end()
  return { url: server.url, cert }
}

describe('over TLS', { timeout: 60_000 }, () => {
  it('a server is used whose certificate is trusted, and no other', async () => {
    const { url, cert } = await startTlsServer()
    const options = { connectionString: url, requestTimeoutMs: 5000 }
    await expect(createPgBossBackend(options)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
    const untrusted = createPgBossBackend({ ...options, connection: { ssl: true } })
    await expect(untrusted).rejects.toMatchObject({ cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } })

    const backend = await createPgBossBackend({ ...options, connection: { ssl: { ca: cert } } })
    onTestFinished(() => backend.close())
    const waiting = backend.queue.claim({ workerId: 'w1', labels: [], leaseTtlMs: 60_000, waitMs: 10_000 })
    await backend.queue.enqueue({ workflowId: 'run', jobId: 'build', command: 'make' })
    expect((await waiting)?.job.jobId).toBe('build')
    const client = new pg.Client({ connectionString: url, ssl: { ca: cert } })
    await client.connect()
    const { rows } = await client.query(
      "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name LIKE 'sluice%'",
    )
    await client.end()
    expect(rows).toEqual([{ ssl: true }])
  })
})
