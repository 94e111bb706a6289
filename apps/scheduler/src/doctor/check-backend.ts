import { randomUUID } from 'node:crypto'
import type { Backend } from '@sluice/core'
import { openBackend } from '../backends.ts'
import { redactLocation } from '../service/redact-location.ts'
import { countOf } from '../view/words.ts'
import { checkClocks } from './check-clocks.ts'
import { checkWorkers } from './check-workers.ts'
import { type Finding, failure, ok, warning } from './finding.ts'

/** Checks a backend from here: that it can be opened, read and written, its clock, and whether jobs have workers. */
export async function checkBackend(location: string): Promise<Finding[]> {
  const shown = redactLocation(location)
  const findings: Finding[] = []
  const warn = (message: string) => void findings.push(warning('store', message, 'see the README of the backend'))
  try {
    const backend = await openBackend(location, warn)
    try {
      findings.push(ok('connection', `${shown} can be opened`), ...(await inspect(backend)))
    } finally {
      await backend.close()
    }
  } catch (error) {
    findings.push(
      failure('connection', `${shown}: ${messageOf(error)}`, 'check the address, the password and that the store runs'),
    )
  }
  return findings
}

async function inspect(backend: Backend): Promise<Finding[]> {
  const { queue, workers, workflows } = backend
  const running = await workflows.listRuns({ statuses: ['running'], limit: 1000 })
  const stats = await queue.stats()
  const more = running.nextCursor === undefined ? '' : ' or more'
  const findings = [
    ok(
      'reading',
      `${countOf(running.runs.length, 'run')}${more} running, ${countOf(stats.byState.waiting, 'job')} waiting`,
    ),
    ...(await checkWriting(backend)),
    ...checkWorkers(await workers.list(), stats),
  ]
  if (!queue.capabilities.durable)
    findings.push(
      warning('durability', `${backend.name} keeps nothing when its process ends`, 'use it for trials only'),
    )
  return findings
}

/** Registers a worker for a moment, which needs the rights that all else needs, and disturbs nobody. */
async function checkWriting({ workers }: Backend): Promise<Finding[]> {
  const workerId = `doctor-${randomUUID()}`
  const askedAt = Date.now()
  try {
    await workers.register({ workerId, labels: [], concurrency: 1, offlineAfterMs: 1 })
    const answeredAt = Date.now()
    const own = (await workers.list()).find((worker) => worker.workerId === workerId)
    await workers.deregister(workerId)
    const clocks = own ? [checkClocks('the store', own.registeredAt, askedAt, answeredAt)] : []
    return [ok('writing', 'allowed'), ...clocks]
  } catch (error) {
    return [failure('writing', messageOf(error), 'give the user of the store the right to write')]
  }
}

function messageOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error && !message.includes(cause.message) ? `${message} (${cause.message})` : message
}
