import type { MontageJob } from './montage-jobs.ts'

/** Writes the jobs as a workflow file whose jobs sleep. */
export function montageYaml(jobs: readonly MontageJob[]): string {
  return `name: montage\njobs:\n${jobs.map((job) => `  ${job.id}: { ${fields(job).join(', ')} }\n`).join('')}`
}

function fields({ needs, priority, runtimeMs }: MontageJob): string[] {
  return [
    ...(needs.length > 0 ? [`needs: [${needs.join(', ')}]`] : []),
    ...(priority > 0 ? [`priority: ${priority}`] : []),
    `run: sleep ${runtimeMs / 1000}`,
  ]
}
