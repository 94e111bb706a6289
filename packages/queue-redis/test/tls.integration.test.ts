import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createRedisBackend } from '../src/index.ts'
import { testServer } from './private-redis.ts'

const { admin, port } = await testServer()

describe('over TLS', { timeout: 30_000 }, () => {
  it('a server is used whose certificate is trusted, and no other', async () => {
    const { url, ca } = await serveTls()
    const options = { url, requestTimeoutMs: 3000, warn: () => {} }
    await expect(createRedisBackend(options)).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    })
    const { queue, close } = await createRedisBackend({ ...options, redisOptions: { tls: { ca } } })
    onTestFinished(close)
    const waiting = queue.claim({ workerId: 'w1', labels: [], leaseTtlMs: 60_000, waitMs: 10_000 })
    await queue.enqueue({ workflowId: 'run', jobId: 'a', command: 'make' })
    expect((await waiting)?.job.jobId).toBe('a')
    // The connection for subscriptions too.
    const clients = String(await admin.client('LIST')).split('\n')
    expect(clients.filter((line) => line.includes(`laddr=127.0.0.1:${new URL(url).port}`))).toHaveLength(2)
  })
})

/** Opens a second port of the server, for TLS, and tells the certificate with which it shows who it is. */
async function serveTls(): Promise<{ readonly url: string; readonly ca: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tls-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  const [certFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')]
  await writeFile(certFile, cert)
  await writeFile(keyFile, key, { mode: 0o600 })
  // Nothing else listens 10,000 above the port of a server of the tests.
  const tlsPort = port + 10_000
  await admin.config('SET', 'tls-auth-clients', 'no')
  await admin.call('CONFIG', 'SET', 'tls-cert-file', certFile, 'tls-key-file', keyFile)
  await admin.config('SET', 'tls-port', tlsPort)
  return { url: `rediss://127.0.0.1:${tlsPort}`, ca: cert }
}
