import { openSqliteBackend } from '../src/open-sqlite-backend.ts'

// Enqueues and claims without end, and tells of each call that has resolved.
const [, , path = ''] = process.argv
const { queue } = await openSqliteBackend({ path })
for (let index = 0; ; index++) {
  await queue.enqueue({ workflowId: 'run', jobId: `${index}`, command: 'make' })
  process.stdout.write(`enqueued ${index}\n`)
  const claimed = await queue.claim({ workerId: 'w1', labels: [], leaseTtlMs: 3_600_000 })
  process.stdout.write(`claimed ${claimed?.lease.leaseId}\n`)
}
