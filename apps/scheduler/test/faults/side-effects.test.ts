import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, onTestFinished } from 'vitest'
import { breaches } from './side-effects.ts'

const JOBS = [
  { id: 'a', needs: [] },
  { id: 'b', needs: ['a'] },
]

async function breachesIn(...lines: string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-traces-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'traces')
  await writeFile(file, lines.map((line) => `${line}\n`).join(''))
  return breaches(file, JOBS)
}

describe('breaches', () => {
  it('are none where each job began after all that it needs, however often', async () => {
    const lines = ['begin a 0', 'begin a 1', 'end a 1', 'begin b 0', 'begin a 2', 'end b 0']
    assert.deepEqual(await breachesIn(...lines), [])
  })

  it('are jobs that began too early, and jobs that never ended', async () => {
    assert.deepEqual(await breachesIn('begin a 0', 'begin b 0', 'end a 0', 'begin b 1'), [
      'b began attempt 0 before a had ended',
      'b never ended',
    ])
  })
})
