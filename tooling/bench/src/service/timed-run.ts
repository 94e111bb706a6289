import type { RunSummary } from '@sluice/core'
import type { Workflow } from '@sluice/dag'

/** Starts a run on a server, and tells how many milliseconds passed until the client heard that it had succeeded. */
export async function timeRun(server: string, workflow: Workflow): Promise<number> {
  const body = JSON.stringify({ workflow: definitionOf(workflow) })
  const startedAt = performance.now()
  const headers = { 'content-type': 'application/json' }
  const started = await fetchOk(`${server}/v1/runs`, { method: 'POST', headers, body })
  const { runId } = (await started.json()) as RunSummary
  const run = `${server}/v1/runs/${runId}`
  // The stream ends with the run.
  await (await fetchOk(`${run}/events?jobs=false`, { headers: { accept: 'text/event-stream' } })).text()
  const elapsedMs = performance.now() - startedAt
  const { status } = (await (await fetchOk(run)).json()) as RunSummary
  if (status !== 'succeeded') throw new Error(`the run of ${workflow.name} is ${status}`)
  return elapsedMs
}

async function fetchOk(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`the server answered ${response.status} to ${url}: ${await response.text()}`)
  return response
}

/** What a workflow file would hold, of the parts that workflows of benchmarks have. */
function definitionOf({ name, jobs }: Workflow) {
  const entries = jobs.map(({ id, needs, labels, command, payload }) => {
    return [id, { needs, labels, run: command, payload }] as const
  })
  return { name, jobs: Object.fromEntries(entries) }
}
