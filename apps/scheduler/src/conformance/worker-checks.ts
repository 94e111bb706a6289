import { setTimeout as sleep } from 'node:timers/promises'
import type { ConformanceBench } from './conformance-bench.ts'

/** One rule of the worker protocol, and how to find out whether a worker keeps it. */
export interface WorkerCheck {
  readonly rule: string
  /** Rejects where the worker does not keep it; the message says in what way. */
  check(bench: ConformanceBench): Promise<void>
}

const SUCCEED = { run: 'true' }
const ENDLESS = { run: 'while true; do echo tick; sleep 0.1; done' }
const LINES = 2000

/** All that a worker must do, in an order in which later checks rely on earlier ones. */
export const WORKER_CHECKS: readonly WorkerCheck[] = [
  {
    rule: 'registers, and sends heartbeats',
    async check(bench) {
      const worker = async () => (await bench.backend.workers.list())[0]
      await bench.until('a worker registers', async () => (await worker()) !== undefined)
      await bench.until('it sends a heartbeat', () =>
        bench.faults.requests.some(({ path }) => path.endsWith('/heartbeat')),
      )
      expectThat((await worker())?.labels.join() === 'conformance', 'it must offer the labels in SLUICE_LABELS')
    },
  },
  {
    rule: 'completes a job with its outputs',
    async check(bench) {
      const runId = await bench.startRun({ job: { run: 'echo "answer=42" >> "$SLUICE_OUTPUT"' } })
      await expectSuccess(bench, runId)
      const { outputs } = await bench.jobOf(runId, 'job')
      expectThat(
        outputs?.answer === '42',
        `the output "answer" must be "42"; the outputs are ${JSON.stringify(outputs)}`,
      )
    },
  },
  {
    rule: 'hands a job the outputs of those that it needs',
    async check(bench) {
      const runId = await bench.startRun({
        first: { run: 'echo "word=heron" >> "$SLUICE_OUTPUT"' },
        second: { run: 'grep -q heron "$SLUICE_NEEDS"', needs: 'first' },
      })
      await expectSuccess(bench, runId)
    },
  },
  {
    rule: 'says that a job failed and why, and tries it again when it gets it again',
    async check(bench) {
      const runId = await bench.startRun({ job: { run: 'exit 3', retries: 1 } })
      const { status } = await bench.runEnds(runId)
      const { attempt, failure } = await bench.jobOf(runId, 'job')
      expectThat(
        status === 'failed' && attempt === 1,
        `the job must fail twice; it ended ${status} with attempt ${attempt}`,
      )
      expectThat(Boolean(failure?.message), 'the failure must have a message')
    },
  },
  {
    rule: 'stores all that a job prints, once and in order',
    async check(bench) {
      const runId = await bench.startRun({ job: { run: `seq ${LINES}` } })
      await expectSuccess(bench, runId)
      const lines = (await bench.logOf(runId, 'job')).trimEnd().split('\n')
      const isWhole = lines.length === LINES && lines.every((line, index) => line === String(index + 1))
      expectThat(isWhole, `${LINES} lines were printed, and ${lines.length} are stored, or in another order`)
    },
  },
  {
    rule: 'renews the lease of a job that takes longer',
    async check(bench) {
      const runId = await bench.startRun({ job: { run: `sleep ${(bench.leaseTtlMs * 2.5) / 1000}` } })
      await expectSuccess(bench, runId)
      const { attempt } = await bench.jobOf(runId, 'job')
      expectThat(attempt === 0, `the first attempt must last; it took ${(attempt ?? 0) + 1}`)
    },
  },
  {
    rule: 'stops working on a cancelled job, and goes on',
    async check(bench) {
      const runId = await bench.startRun({ job: ENDLESS })
      await bench.until('the job prints', async () => (await bench.logOf(runId, 'job')) !== '')
      await bench.cancelRun(runId)
      await expectSuccess(bench, await bench.startRun({ next: SUCCEED }))
      await expectSilence(bench, runId)
    },
  },
  {
    rule: 'fails an attempt that takes longer than its timeout',
    async check(bench) {
      const runId = await bench.startRun({ job: { ...ENDLESS, timeout: '1s' } })
      const { status } = await bench.runEnds(runId)
      expectThat(status === 'failed', `the job must fail; it ended ${status}`)
      await expectSilence(bench, runId)
    },
  },
  {
    rule: 'repeats a settling request whose reply was lost, and takes its answer',
    async check(bench) {
      bench.faults.loseNextReply((path) => path.endsWith('/complete'))
      const runId = await bench.startRun({ job: SUCCEED })
      await expectSuccess(bench, runId)
      expectThat(bench.faults.hasLostReply, 'the job must be completed over HTTP')
      await expectSuccess(bench, await bench.startRun({ next: SUCCEED }))
      const { attempt } = await bench.jobOf(runId, 'job')
      expectThat(attempt === 0, 'the job must not run again')
    },
  },
  {
    rule: 'waits out a server that does not answer for less than a lease',
    async check(bench) {
      const runId = await bench.startRun({ job: { run: 'sleep 0.5' } })
      await isRunning(bench, runId)
      await outage(bench, bench.leaseTtlMs / 2)
      await expectSuccess(bench, runId)
      const { attempt } = await bench.jobOf(runId, 'job')
      expectThat(attempt === 0, `the first attempt must last; it took ${(attempt ?? 0) + 1}`)
    },
  },
  {
    rule: 'lets go of a job whose lease ran out, and goes on',
    async check(bench) {
      const runId = await bench.startRun({ job: { run: 'sleep 0.5', retries: 3 } })
      await isRunning(bench, runId)
      await outage(bench, bench.leaseTtlMs * 2)
      await expectSuccess(bench, runId)
      const { attempt } = await bench.jobOf(runId, 'job')
      expectThat((attempt ?? 0) > 0, 'nobody can complete a job after its lease ran out')
    },
  },
  {
    rule: 'stops at SIGTERM: hands back or finishes what it runs, and leaves the list of workers',
    async check(bench) {
      const runId = await bench.startRun({ job: ENDLESS })
      await isRunning(bench, runId)
      bench.stopWorker()
      await bench.until('the worker exits', () => !bench.isWorkerAlive)
      const job = await bench.queuedJobOf(runId, 'job')
      const isBack = job?.state === 'waiting' && job.attempt === 0
      expectThat(isBack, `the job must wait again in its first attempt; it is ${job?.state}, attempt ${job?.attempt}`)
      expectThat((await bench.backend.workers.list()).length === 0, 'it must take itself off the list of workers')
    },
  },
]

async function isRunning(bench: ConformanceBench, runId: string): Promise<void> {
  await bench.until('the job starts', async () => (await bench.queuedJobOf(runId, 'job'))?.state === 'active')
}

async function outage({ faults }: ConformanceBench, ms: number): Promise<void> {
  faults.isDown = true
  await sleep(ms)
  faults.isDown = false
}

async function expectSuccess(bench: ConformanceBench, runId: string): Promise<void> {
  const { status } = await bench.runEnds(runId)
  if (status === 'succeeded') return
  const { jobs } = await bench.backend.workflows.listRunJobs(runId)
  const failures = jobs.flatMap(({ failure }) => (failure ? [failure.message] : []))
  throw new Error(`the run must succeed; it ended ${status}: ${failures.join('; ')}`)
}

/** A job that has to stop gets some seconds for its last words; then its log must not grow. */
async function expectSilence(bench: ConformanceBench, runId: string): Promise<void> {
  let known = ''
  await bench.until('the job stops printing', async () => {
    const before = known
    await sleep(1000)
    known = await bench.logOf(runId, 'job')
    return known === before
  })
}

function expectThat(isSo: boolean, rule: string): void {
  if (!isSo) throw new Error(rule)
}
