import type { JobFailure, RunJobReason } from '@sluice/core'
import type { Explanation, JobStanding } from './explanation.ts'

/** Puts an explanation into one sentence for people. Times are in UTC. */
export function formatExplanation({ jobId, cause }: Explanation): string {
  const job = `"${jobId}"`
  switch (cause.kind) {
    case 'blocked':
      return `${job} waits for ${list(cause.by, cause.count)}.`
    case 'notEnqueued':
      return `${job} is about to be enqueued; if this lasts, no scheduler is active or the queue cannot be reached.`
    case 'noWorker':
      return `${job} waits for a worker${lackOfWorkers(cause)}.`
    case 'waiting':
      return `${job} ${line(cause)}.`
    case 'delayed': {
      const { attempt, until, failure } = cause
      if (failure) return `${job} is tried again at ${time(until)}: attempt ${attempt} failed${because(failure)}.`
      return `${job} is delayed until ${time(until)}.`
    }
    case 'running': {
      const { workerId, since, attempt } = cause
      const place = workerId === undefined ? '' : ` on worker "${workerId}"`
      return `${job} runs${place}${since === undefined ? '' : ` since ${time(since)}`}, attempt ${attempt + 1}.`
    }
    case 'cancelling':
      return `${job} is being cancelled ${reasonFor(cause.reason)}.`
    case 'unrecorded':
      return `${job} has ${cause.queueState === 'cancelled' ? 'been cancelled' : cause.queueState}, but the run has not taken note; if this lasts, no scheduler is active.`
    case 'succeeded':
      return `${job} succeeded${moment(cause.at)}.`
    case 'failed':
      return `${job} failed${moment(cause.at)}${because(cause.failure)}.`
    case 'cancelled':
      return `${job} was cancelled${moment(cause.at)}${cause.reason ? ` ${reasonFor(cause.reason)}` : ''}.`
    case 'skipped':
      return `${job} was skipped ${skipped(cause)}.`
  }
}

type Cause<Kind extends Explanation['cause']['kind']> = Extract<Explanation['cause'], { readonly kind: Kind }>

function lackOfWorkers({ requiredLabels, missingLabels, workersOnline }: Cause<'noWorker'>): string {
  const all = requiredLabels.length === 0 ? '' : ` with ${labels(requiredLabels)}`
  if (workersOnline === 0) return `${all}: none is online`
  if (missingLabels.length === 0) return `${all}: none of the ${workersOnline} online has all of them`
  return `${all}: none of the ${workersOnline} online has ${labels(missingLabels)}`
}

function line({ ahead, running, workers, busyWorkers }: Cause<'waiting'>): string {
  const queue = ahead === 0 ? 'is the next' : `waits behind ${count(ahead, 'job')}`
  const every = workers === 1 ? 'the only worker that could run it is' : `all ${workers} workers that could run it are`
  if (busyWorkers === workers) return `${queue} to be claimed; ${every} busy`
  const others = `${count(running, 'job')} of its labels ${running === 1 ? 'runs' : 'run'}`
  return `${queue} to be claimed; ${others}`
}

function skipped({ reason, root, via }: Cause<'skipped'>): string {
  if (reason.kind !== 'dependency') return reasonFor(reason)
  const end = { failed: 'failed', cancelled: 'was cancelled', skipped: 'was skipped' }[root?.state as string]
  const [first] = via
  const way = first === undefined ? '' : `, by way of "${first.jobId}"`
  return `because "${reason.because}" ${end ?? 'did not succeed'}${way}${root?.failure ? because(root.failure) : ''}`
}

function reasonFor(reason: RunJobReason): string {
  switch (reason.kind) {
    case 'dependency':
      return `because of "${reason.because}"`
    case 'condition':
      return 'because it runs only after a failure, and nothing that it needs failed'
    case 'failFast':
      return `because "${reason.because}" failed, which stops the run`
    case 'runCancelled':
      return 'with its run'
  }
}

function because({ message, exitCode, signal }: JobFailure): string {
  const code = exitCode === undefined ? '' : ` with exit code ${exitCode}`
  const by = signal === undefined ? '' : ` by ${signal}`
  const [line = ''] = message.trim().split('\n')
  return `${code}${by}${line === '' ? '' : `: ${line.replace(/\.$/, '')}`}`
}

function list(jobs: readonly JobStanding[], total: number): string {
  const named = jobs.slice(0, 3).map(({ jobId, state }) => `"${jobId}" (${state})`)
  if (total > named.length) named.push(`${total - named.length} more`)
  return named.length < 2 ? named.join('') : `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`
}

function labels(names: readonly string[]): string {
  return `${names.length === 1 ? 'the label' : 'the labels'} ${names.join(', ')}`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function moment(at: number | undefined): string {
  return at === undefined ? '' : ` at ${time(at)}`
}

function time(at: number): string {
  return new Date(at).toISOString()
}
