import { QueueClosedError } from '@sluice/core'
import { parseWorkflow, WorkflowDefinitionError } from '@sluice/dag'
import { describe, expect, it } from 'vitest'
import { WorkflowReader } from '../../src/api/parsing/workflow-reader.ts'
import { ApiTestBed } from './api-test-bed.ts'

/** Reads every text in a thread. */
const THREAD_ONLY = { maxInlineLength: 0 }

const SMALL = `jobs: { a: { run: "echo \${{ vars.who }}" } }`

function yamlOf(jobs: number): string {
  const lines = Array.from({ length: jobs }, (_, index) => `  job-${index}: { run: "echo ${index}" }\n`)
  return `jobs:\n${lines.join('')}`
}

const never = () => new AbortController().signal

describe('a long text of a workflow', () => {
  it('is read as a short one is', async () => {
    const reader = new WorkflowReader(never(), THREAD_ONLY)
    const read = await reader.read({ workflow: SMALL, file: 'small.yml', inputs: { who: 'you' } }, 'ci')
    expect(read).toEqual(parseWorkflow(SMALL, { file: 'small.yml', variables: { who: 'you' } }))
  })

  it('is refused with all of its problems and their places', async () => {
    const reader = new WorkflowReader(never(), THREAD_ONLY)
    const workflow = 'jobs:\n  a: { run: x, needs: b }\n  c: { needs: a }'
    const error = await reader.read({ workflow, file: 'bad.yml' }, 'ci').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(WorkflowDefinitionError)
    expect(error).toMatchObject({ file: 'bad.yml', problems: [{ line: 2 }, { line: 3 }] })
  })

  it('keeps nobody waiting while it is read', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun('jobs: { held: { run: x } }', 'other')
    const { lease } = await bed.claim()
    const answered: string[] = []
    const reading = new WorkflowReader(never())
      .read({ workflow: yamlOf(20_000) }, 'ci')
      .then(({ jobs }) => answered.push(`${jobs.length} jobs`))
    const { status } = await bed.ask(`/v1/leases/${lease.leaseId}/renew`, { json: { extendByMs: 60_000 } })
    answered.push(`renewal ${status}`, `health ${(await bed.ask('/healthz')).status}`)
    await reading
    expect(answered).toEqual(['renewal 200', 'health 200', '20000 jobs'])
  })

  it('starts a run', async () => {
    const bed = await ApiTestBed.open()
    const { status, body } = await bed.ask('/v1/runs', { json: { workflow: yamlOf(1000) } })
    expect([status, body.counts.queued]).toEqual([201, 1000])
  })

  it('is refused where it takes more memory than it may, and the server goes on', async () => {
    const reader = new WorkflowReader(never(), { ...THREAD_ONLY, maxMemoryMib: 24 })
    const reading = reader.read({ workflow: yamlOf(20_000) }, 'ci')
    await expect(reading).rejects.toThrow(
      'the text of the workflow takes more than 24 MiB of memory to read; send the workflow as a JSON object',
    )
    await expect(reading).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
  })

  it('is refused where it takes longer than it may', async () => {
    const reader = new WorkflowReader(never(), { ...THREAD_ONLY, maxDurationMs: 1 })
    await expect(reader.read({ workflow: yamlOf(20_000) }, 'ci')).rejects.toThrow('more than 0.001 seconds to read')
  })

  it('is refused where its caller has too many, until one is read', async () => {
    const reader = new WorkflowReader(never(), { ...THREAD_ONLY, maxTexts: 2 })
    const first = reader.read({ workflow: yamlOf(1) }, 'ci')
    await expect(reader.read({ workflow: yamlOf(1) }, 'ci')).rejects.toMatchObject({ code: 'TOO_MANY_WAITING' })
    const others = reader.read({ workflow: yamlOf(2) }, 'alice')
    await first
    const next = reader.read({ workflow: yamlOf(3) }, 'ci')
    expect((await others).jobs).toHaveLength(2)
    expect((await next).jobs).toHaveLength(3)
  })

  it('does not hold up a server that stops', async () => {
    const closing = new AbortController()
    const reader = new WorkflowReader(closing.signal, THREAD_ONLY)
    const readings = [reader.read({ workflow: yamlOf(20_000) }, 'ci'), reader.read({ workflow: yamlOf(1) }, 'ci')]
    closing.abort()
    const ends = await Promise.allSettled(readings)
    expect(ends.map((end) => end.status === 'rejected' && QueueClosedError.is(end.reason, 'QUEUE_CLOSED'))).toEqual([
      true,
      true,
    ])
  })
})
