import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sourceFlags } from '@sluice-tooling/services'
import { expect, it, onTestFinished } from 'vitest'
import { openPgBossJobQueue } from '../../src/open-pgboss-job-queue.ts'

const program = fileURLToPath(new URL('./folder-process.ts', import.meta.url))
const CRASHES = 10

/** Lets a process work on a folder until so much was acknowledged, and kills it; returns what it had acknowledged. */
async function workAndCrash(folder: string, round: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [...sourceFlags, program, folder, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const acknowledged: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line)
    if (acknowledged.length === lines) child.kill('SIGKILL')
  }
  const [, signal] = await exited
  expect(signal).toBe('SIGKILL')
  return acknowledged
}

it('a folder whose process is killed holds all that was acknowledged, time and again [CAP-1]', {
  timeout: 180_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-crash-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const acknowledged: string[] = []
  for (let round = 0; round < CRASHES; round++)
    acknowledged.push(...(await workAndCrash(folder, round, 10 + 7 * round)))
  const queue = await openPgBossJobQueue({ pglite: folder })
  const states = new Map<string, string>()
  for (let cursor: string | undefined; ; ) {
    const page = await queue.listJobs('run', { limit: 1000, ...(cursor === undefined ? {} : { cursor }) })
    for (const { jobId, state } of page.jobs) states.set(jobId, state)
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  const lost = acknowledged.filter((line) => {
    const [what, jobId = ''] = line.split(' ')
    return what === 'completed' ? states.get(jobId) !== 'completed' : !states.has(jobId)
  })
  expect(lost).toEqual([])
  expect(await queue.claim({ workerId: 'w1', labels: [], leaseTtlMs: 60_000 })).not.toBeNull()
  await queue.close()
})
