import { readFileSync } from 'node:fs'
import { parseWorkflow, type Workflow } from '@sluice/dag'
import { describe, expect, it } from 'vitest'
import { montageJobs } from '../examples/montage/montage-jobs.ts'
import { montageYaml } from '../examples/montage/montage-yaml.ts'

const root = new URL('../../../', import.meta.url)

describe('repo-report.yml', () => {
  const jobs = jobsById(parseExample('repo-report.yml'))

  it('deals the same steps to four jobs and joins what they find', () => {
    const parts = ['lines-1', 'lines-2', 'lines-3', 'lines-4']
    const scripts = parts.map((id) => jobs[id]?.command.replace(/export SHARD='\d'/, ''))
    expect(new Set(scripts).size).toBe(1)
    expect(jobs.lines?.needs).toEqual(['survey', ...parts])
  })

  it('retries what fails on purpose', () => {
    expect(jobs.links?.retryPolicy).toEqual({ maxRetries: 2, backoff: { kind: 'fixed', delayMs: 200 } })
  })

  it('cleans up after everything else, whatever happened', () => {
    const direct = new Set(jobs['clean-up']?.needs)
    const others = Object.keys(jobs).filter((id) => id !== 'clean-up')
    const reached = new Set([...direct].flatMap((id) => [id, ...ancestors(id, jobs)]))
    expect(others.filter((id) => !reached.has(id))).toEqual([])
    expect(jobs['clean-up']?.condition).toBe('always')
  })
})

describe('ci.yml', () => {
  it('runs what `pnpm check` runs', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
    const [, tasks = ''] = /turbo run ([a-z ]+) --/.exec(scripts.check) ?? []
    const commands = parseExample('ci.yml').jobs.map(({ command }) => command)
    const inExample = commands.flatMap((command) => /turbo run (\w+)/.exec(command)?.[1] ?? [])
    expect(inExample.sort()).toEqual(tasks.split(' ').sort())
    expect(commands.some((command) => command.includes('vitest run'))).toBe(true)
  })
})

describe('montage.ts', () => {
  it('writes a workflow that can be run, also in the size of the demo', () => {
    const jobs = montageJobs({ images: 121, bands: 3, seed: 1, divisor: 240 })
    const workflow = parseWorkflow(montageYaml(jobs))
    expect(workflow.jobs.map(({ id, needs, priority }) => ({ id, needs, priority }))).toEqual(
      jobs.map(({ id, needs, priority }) => ({ id, needs, priority })),
    )
  })
})

function parseExample(file: string): Workflow {
  return parseWorkflow(readFileSync(new URL(`../examples/${file}`, import.meta.url), 'utf8'), { file })
}

function jobsById({ jobs }: Workflow): Record<string, Workflow['jobs'][number]> {
  return Object.fromEntries(jobs.map((job) => [job.id, job]))
}

function ancestors(id: string, jobs: ReturnType<typeof jobsById>): string[] {
  return (jobs[id]?.needs ?? []).flatMap((need) => [need, ...ancestors(need, jobs)])
}
