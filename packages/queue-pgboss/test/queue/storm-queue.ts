import type { Backend } from '@sluice/core'
import { openPgBossJobQueue } from '../../src/open-pgboss-job-queue.ts'

/** Opens what the processes of a crash storm need. */
export async function openBackend({ url }: { readonly url: string }): Promise<Backend> {
  const queue = await openPgBossJobQueue({ connectionString: url, connection: { max: 4 }, requestTimeoutMs: 5000 })
  return { name: 'postgres', queue, close: () => queue.close() } as Partial<Backend> as Backend
}
