import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { openSqliteBackend } from '../src/open-sqlite-backend.ts'

test('what a call had resolved is there after the process was killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-sqlite-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'sluice.db')
  const told = await killAfter(40, path)

  const backend = await openSqliteBackend({ path })
  onTestFinished(() => backend.close())
  for (const [what, id = ''] of told) {
    if (what === 'enqueued') expect(await backend.queue.getJob('run', id)).not.toBeNull()
    else await backend.queue.complete(id, {})
  }
})

/** Lets a process use the file until it has told so many times what it did, kills it, and returns all that it told. */
async function killAfter(lineCount: number, path: string): Promise<string[][]> {
  const script = join(import.meta.dirname, 'enqueue-until-killed.ts')
  const child = spawn(process.execPath, ['--conditions=@sluice/source', script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const told: string[][] = []
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line.split(' '))
    if (told.length === lineCount) child.kill('SIGKILL')
  }
  await exited
  return told
}
