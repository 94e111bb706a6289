import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { checkWorker } from '../src/conformance/check-worker.ts'
import { WORKER_CHECKS } from '../src/conformance/worker-checks.ts'

const CLI = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const PYTHON_WORKER = fileURLToPath(new URL('../examples/python-worker/worker.py', import.meta.url))

async function problemsOf(command: readonly string[]): Promise<string[]> {
  const problems: string[] = []
  let count = 0
  for await (const { rule, problem } of checkWorker({ command })) {
    count++
    if (problem !== undefined) problems.push(`${rule}: ${problem}`)
  }
  expect(count).toBe(WORKER_CHECKS.length)
  return problems
}

describe('the worker protocol', () => {
  it('is kept by the worker in Python', { timeout: 120_000 }, async () => {
    expect(await problemsOf(['python3', PYTHON_WORKER])).toEqual([])
  })

  it('is kept by `sluice worker`', { timeout: 120_000 }, async () => {
    const options = ['--lease-ttl', '3s', '--drain', '1s', '--log-level', 'fatal']
    expect(await problemsOf([process.execPath, '--conditions=@sluice/source', CLI, 'worker', ...options])).toEqual([])
  })

  it('is not kept by a program that does nothing', { timeout: 120_000 }, async () => {
    const options = { command: [process.execPath, '-e', ''], patienceMs: 300 }
    for await (const { rule, problem } of checkWorker(options)) expect(problem, rule).toBeDefined()
  })
})
