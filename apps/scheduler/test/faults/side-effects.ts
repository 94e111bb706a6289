import { readFile } from 'node:fs/promises'
import type { WorkflowJob } from '@sluice/dag'

/** Something that a job did, as a line in a file that all jobs of a run append to. */
interface SideEffect {
  readonly kind: 'begin' | 'end'
  readonly jobId: string
  readonly attempt: number
}

/** A script that leaves its traces in the file, takes its time in between, and hands on what its dependents need to be checked. */
export function tracedScript(file: string, jobId: string, seconds: number): string {
  return [
    `echo "begin ${jobId} $SLUICE_ATTEMPT" >> "${file}"`,
    `sleep ${seconds}`,
    `echo "end ${jobId} $SLUICE_ATTEMPT" >> "${file}"`,
  ].join('\n')
}

/** Finds what must not be: a job without its side effect, or one that began before all that it needs had ended. */
export async function breaches(file: string, jobs: readonly Pick<WorkflowJob, 'id' | 'needs'>[]): Promise<string[]> {
  const effects = (await readFile(file, 'utf8')).trimEnd().split('\n').map(parseEffect)
  const needs = new Map(jobs.map((job) => [job.id, job.needs]))
  const ended = new Set<string>()
  const found: string[] = []
  for (const { kind, jobId, attempt } of effects) {
    if (kind === 'end') ended.add(jobId)
    else {
      const early = needs.get(jobId)?.filter((needed) => !ended.has(needed)) ?? []
      if (early.length > 0) found.push(`${jobId} began attempt ${attempt} before ${early.join(', ')} had ended`)
    }
  }
  return [...found, ...jobs.filter(({ id }) => !ended.has(id)).map(({ id }) => `${id} never ended`)]
}

function parseEffect(line: string): SideEffect {
  const [kind, jobId = '', attempt] = line.split(' ')
  return { kind: kind as SideEffect['kind'], jobId, attempt: Number(attempt) }
}
