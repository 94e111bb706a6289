import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sourceFlags } from '@sluice-tooling/services'
import { expect, it } from 'vitest'
import { testNamespace } from './redis-server.ts'

const run = promisify(execFile)

it('lets the process exit once a backend is closed that waited, listened and followed [CLS-1]', async () => {
  const { options, dispose } = await testNamespace()
  const program = fileURLToPath(new URL('fixtures/used-and-closed.ts', import.meta.url))
  const { stdout } = await run(process.execPath, [...sourceFlags, program, options.url, options.namespace], {
    timeout: 20_000,
  })
  await dispose()
  expect(stdout).toBe('closed\n')
}, 30_000)
