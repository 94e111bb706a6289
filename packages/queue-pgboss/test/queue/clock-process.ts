/** Works on a queue with a clock that is wrong by what it is told, and prints what it saw as JSON. */
import { openPgBossJobQueue } from '../../src/open-pgboss-job-queue.ts'

const { url, offsetMs } = JSON.parse(process.argv[2] ?? '') as { url: string; offsetMs: number }
const { now } = Date
Date.now = () => now() + offsetMs

const LEASE_TTL_MS = 60_000
const WORKER = { workerId: 'w1', labels: [], leaseTtlMs: LEASE_TTL_MS }
const JOB = { workflowId: 'run', jobId: 'build', command: 'make' }

const queue = await openPgBossJobQueue({ connectionString: url })
await queue.enqueue({ ...JOB, retryPolicy: { maxRetries: 1, backoff: { kind: 'fixed', delayMs: 50 } } })
await queue.enqueue({ ...JOB, jobId: 'later', delayMs: LEASE_TTL_MS })
const first = await queue.claim(WORKER)
const renewed = await queue.renewLease(first?.lease.leaseId ?? '', LEASE_TTL_MS)
const reaped = await queue.reapExpiredLeases()
const failed = await queue.fail(first?.lease.leaseId ?? '', { message: 'broken' }, { retryable: true })
const second = await queue.claim({ ...WORKER, waitMs: 10_000 })
await queue.complete(second?.lease.leaseId ?? '', {})
const purged = await queue.purge(LEASE_TTL_MS)
const later = await queue.getJob('run', 'later')
process.stdout.write(
  JSON.stringify({
    expiresAt: renewed.expiresAt,
    reaped: reaped.length,
    retryAt: failed.retryAt,
    attempt: second?.lease.attempt,
    purged,
    later: later?.state,
    availableAt: later?.availableAt,
  }),
)
await queue.close()
