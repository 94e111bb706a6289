import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('the contract runs under node:test', { timeout: 60_000 }, () => {
  const file = join(import.meta.dirname, 'contract.node-test.ts')
  const options = ['--conditions=@sluice/source', '--test', '--test-reporter=tap']
  const { stdout, status } = spawnSync(process.execPath, [...options, file], { encoding: 'utf8' })
  expect(stdout).toMatch(/^# fail 0$/m)
  expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(250)
  expect(status).toBe(0)
})
