import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url))

it('lets node import .sql and .lua files as text', async () => {
  const hook = path('../src/register-text.ts')
  const { stdout } = await run(process.execPath, ['--import', hook, path('fixtures/print-texts.fixture.ts')])
  expect(JSON.parse(stdout)).toEqual(['SELECT `a` FROM "b"\n', 'return "it\'s"\n'])
})
