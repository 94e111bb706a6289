import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importWfFormat } from '@sluice/dag'
import type { MontageJob } from '../../examples/montage/montage-jobs.ts'

/** By how much the recorded runtimes are divided: the longest then take some seconds. */
const DIVISOR = 1000

/** The jobs of each recorded workflow in the folder that the environment variable `SLUICE_DAGS` names; none without it. */
export async function recordedJobs(): Promise<MontageJob[][]> {
  const folder = process.env.SLUICE_DAGS
  if (folder === undefined) return []
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json') && file !== 'bounds.json')
  return Promise.all(files.sort().map((file) => readJobs(join(folder, file))))
}

async function readJobs(path: string): Promise<MontageJob[]> {
  const { jobs } = importWfFormat(await readFile(path, 'utf8'), { handler: 'sleep', divisor: DIVISOR })
  return jobs.map(({ id, needs, payload }) => ({ id, needs, priority: 0, runtimeMs: (payload as { ms: number }).ms }))
}
