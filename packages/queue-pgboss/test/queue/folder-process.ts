/** Works on a queue in a folder without end, and prints what was acknowledged, one a line, until it is killed. */
import { writeSync } from 'node:fs'
import { openPgBossJobQueue } from '../../src/open-pgboss-job-queue.ts'

const [folder = '', round = ''] = process.argv.slice(2)
const queue = await openPgBossJobQueue({ pglite: folder })
const acknowledge = (what: string, jobId: string) => writeSync(1, `${what} ${jobId}\n`)

for (let number = 0; ; number++) {
  const jobId = `${round}-${number}`
  await queue.enqueue({ workflowId: 'run', jobId, command: 'make' })
  acknowledge('enqueued', jobId)
  if (number % 3 === 0) continue
  const claimed = await queue.claim({ workerId: 'w1', labels: [], leaseTtlMs: 60_000 })
  if (claimed === null) throw new Error('there is no job')
  await queue.complete(claimed.lease.leaseId, { round })
  acknowledge('completed', claimed.lease.jobId)
}
