import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

/** A program that has no file descriptors left when its worker gets a job, until the log of the job says so. */
const PROGRAM = `
  import { closeSync, openSync } from 'node:fs'
  import { createMemoryBackend } from '@sluice/queue-memory'
  import { createWorker } from '@sluice/worker'
  const backend = createMemoryBackend()
  const taken = []
  const hooks = {
    onLog: (_, { text }) => {
      process.stdout.write(text)
      if (text.includes('tries again')) for (const descriptor of taken.splice(0)) closeSync(descriptor)
    },
    onJobEnd: (_, { status }) => {
      process.stdout.write(status)
      worker.stop({ deadlineMs: 0 })
    },
  }
  const worker = createWorker({ backend, shell: true, hooks })
  process.stdout.write('')
  try {
    for (;;) taken.push(openSync('/dev/null'))
  } catch (error) {
    if (error.code !== 'EMFILE') throw error
  }
  for (let count = 0; count < SPARE; count++) closeSync(taken.pop())
  worker.start()
  await backend.queue.enqueue({ workflowId: 'run', jobId: 'a', command: 'echo it runs' })
`

/** Without any, the files of the job cannot be written; with some, its process or the guard cannot be started. */
it.each([0, 3, 5])('starts a job once there are file descriptors again, where %i were left', async (spare) => {
  const program = PROGRAM.replace('SPARE', String(spare))
  const script = 'ulimit -n 100; exec "$0" "$@"'
  const args = [process.execPath, '--conditions=@sluice/source', '--input-type=module', '--eval', program]
  const child = spawn('bash', ['-c', script, ...args], { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'pipe'] })
  const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(errors).not.toContain('Error')
  expect(printed).toMatch(/just now, and tries again: .*EMFILE.*\nit runs\ncompleted$/s)
})
