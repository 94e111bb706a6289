import type { LogChunk, LogStore, StoredLogChunk, WorkflowStore } from '@sluice/core'
import { QueueError, type QueueErrorCode } from '@sluice/core'
import { type Mutant, overlay, storeMutant } from './mutant.ts'

export const STORE_MUTANTS: readonly Mutant[] = [
  storeMutant('WFS-1', 'workflows', 'reports a duplicate as created', (store) => ({
    createRun: (run) => store.createRun(run).then(() => ({ status: 'created' })),
  })),
  storeMutant('WFS-2', 'workflows', 'returns jobs in the order of their ids', (store) => ({
    async loadRun(runId) {
      const loaded = await store.loadRun(runId)
      return loaded && { ...loaded, jobs: [...loaded.jobs].sort((a, b) => (a.jobId < b.jobId ? -1 : 1)) }
    },
  })),
  storeMutant('WFS-3', 'workflows', 'commits whatever the version', (store) => ({
    async commitRun(runId, expectedVersion, changes) {
      const version = (await store.getRun(runId))?.version ?? expectedVersion
      return store.commitRun(runId, version, changes)
    },
  })),
  storeMutant('WFS-4', 'workflows', 'leaves out jobs that the run does not have', (store) => ({
    async commitRun(runId, expectedVersion, { jobs = [], ...changes }) {
      const known = new Set((await store.loadRun(runId))?.jobs.map(({ jobId }) => jobId))
      return store.commitRun(runId, expectedVersion, { ...changes, jobs: jobs.filter(({ jobId }) => known.has(jobId)) })
    },
  })),
  storeMutant('WFS-4', 'workflows', 'reads the run and its jobs one after the other', (store) => ({
    async loadRun(runId) {
      const run = await store.getRun(runId)
      await new Promise((resolve) => setImmediate(resolve))
      const loaded = await store.loadRun(runId)
      return run && loaded && { ...loaded, run }
    },
  })),
  storeMutant('WFS-5', 'workflows', 'merges a job into what it was', (store) => ({
    async commitRun(runId, expectedVersion, { jobs = [], ...changes }) {
      const before = new Map((await store.loadRun(runId))?.jobs.map((job) => [job.jobId, job]))
      const merged = jobs.map((job) => ({ ...before.get(job.jobId), ...job }))
      return store.commitRun(runId, expectedVersion, { ...changes, jobs: merged })
    },
  })),
  storeMutant('WFS-6', 'workflows', 'does not say when a run ended', (store) => ({
    async getRun(runId) {
      const { finishedAt, ...run } = (await store.getRun(runId)) ?? ({} as never)
      return run
    },
  })),
  storeMutant('WFS-7', 'workflows', 'lists the oldest first', (store) => ({
    async listRuns(options) {
      const page = await store.listRuns(options)
      return { ...page, runs: [...page.runs].reverse() }
    },
  })),
  storeMutant('WFS-8', 'workflows', 'does not filter jobs by state', (store) => ({
    listRunJobs: (runId, { states, ...options } = {}) => store.listRunJobs(runId, options),
  })),
  storeMutant('WFS-9', 'workflows', 'gives the turn to all', (store) => ({
    claimScheduling: (owner, ttlMs) => secondTurn(store, owner, ttlMs),
  })),
  storeMutant('WFS-10', 'workflows', 'does not count terms', (store) => ({
    async claimScheduling(owner, ttlMs) {
      const turn = await store.claimScheduling(owner, ttlMs)
      return turn && { ...turn, term: 1 }
    },
  })),
  storeMutant('WFS-11', 'workflows', 'deletes runs that have just ended', (store) => ({
    deleteRuns: () => store.deleteRuns(0),
  })),
  storeMutant('LOG-1', 'logs', 'counts positions from 1', (store) => ({
    read: async (job, options) =>
      changingChunks(await store.read(job, options), (chunk) => ({ ...chunk, position: chunk.position + 1 })),
  })),
  storeMutant('LOG-2', 'logs', 'stores what is appended again', (store) => {
    let appended = 0
    const numbered = (chunk: LogChunk) => ({ ...chunk, sequence: appended++ })
    return { append: (chunks) => store.append(chunks.map(numbered)) }
  }),
  storeMutant('LOG-3', 'logs', 'reads the last chunk of a page again', (store) => ({
    async read(job, options) {
      const page = await store.read(job, options)
      return page.chunks.length > 1 ? { ...page, next: page.next - 1 } : page
    },
  })),
  storeMutant('LOG-4', 'logs', 'loses what comes between reading and following', (store) => ({
    async *follow(job, { from = 0, signal } = {}) {
      const { chunks } = await store.read(job, { from, limit: 1000 })
      yield* chunks
      await new Promise((resolve) => setTimeout(resolve, 5))
      const { next } = await store.read(job, { from: from + chunks.length, limit: 1000 })
      yield* store.follow(job, { from: next, ...(signal && { signal }) })
    },
  })),
  storeMutant('LOG-5', 'logs', 'follows on when the signal aborts', (store) => ({
    follow: (job, { from = 0 } = {}) => store.follow(job, { from }),
  })),
  storeMutant('LOG-6', 'logs', 'cuts a log without a mark', (store) => ({
    read: async (job, options) => changingChunks(await store.read(job, options), ({ truncated, ...chunk }) => chunk),
  })),
  storeMutant('LOG-7', 'logs', 'purges logs that are still written', (store) => ({ purge: () => store.purge(0) })),
  storeMutant('LOG-8', 'logs', 'stores what comes before a bad chunk', (store) => ({
    async append(chunks) {
      for (const chunk of chunks) await store.append([chunk])
    },
  })),
  storeMutant('WRK-1', 'workers', 'keeps the first that is known of a worker', (store) => ({
    async register(worker) {
      const known = (await store.list()).some(({ workerId }) => workerId === worker.workerId)
      if (!known) await store.register(worker)
    },
  })),
  storeMutant('WRK-2', 'workers', 'ignores an unknown worker', (store) => ({
    heartbeat: (workerId, running) => ignoring('WORKER_NOT_FOUND', store.heartbeat(workerId, running)),
  })),
  storeMutant('WRK-3', 'workers', 'shows all workers as online', (store) => ({
    list: async () => (await store.list()).map((worker) => ({ ...worker, online: true })),
  })),
  storeMutant('WRK-4', 'workers', 'lists workers in the order of their coming', (store) => ({
    list: async () => [...(await store.list())].sort((a, b) => b.workerId.localeCompare(a.workerId)),
  })),
  storeMutant('WRK-5', 'workers', 'keeps a worker that has gone', () => ({ deregister: async () => {} })),
  storeMutant('WRK-6', 'workers', 'purges workers that have just gone offline', (store) => ({
    purge: () => store.purge(0),
  })),
  {
    rule: 'CLS-2',
    fault: 'closes its queue and not its logs',
    mutate: (backend) => overlay(backend, { close: () => backend.queue.close() }),
  },
]

async function secondTurn(store: WorkflowStore, owner: string, ttlMs: number) {
  return (await store.claimScheduling(owner, ttlMs)) ?? { owner, term: 1, expiresAt: Date.now() + ttlMs }
}

function changingChunks(
  page: Awaited<ReturnType<LogStore['read']>>,
  change: (chunk: StoredLogChunk) => StoredLogChunk,
) {
  return { ...page, chunks: page.chunks.map(change) }
}

async function ignoring(code: QueueErrorCode, call: Promise<void>): Promise<void> {
  await call.catch((error: unknown) => (QueueError.is(error, code) ? undefined : Promise.reject(error)))
}
