import { canonicalLabelSet, isLabelSubset, type QueueStats, type WorkerRecord } from '@sluice/core'
import { countOf } from '../view/words.ts'
import { type Finding, ok, warning } from './finding.ts'

/** Checks whether there are workers, and whether each waiting job has one that could run it. */
export function checkWorkers(workers: readonly WorkerRecord[], { byLabelSet }: QueueStats): Finding[] {
  const online = workers.filter((worker) => worker.online)
  const offline = workers.length - online.length
  const count = `${countOf(online.length, 'worker')} online${offline > 0 ? `, ${offline} offline` : ''}`
  const isWaitedFor = byLabelSet.some(({ waiting, delayed }) => waiting + delayed > 0)
  if (online.length === 0) {
    return [
      isWaitedFor
        ? warning(
            'workers',
            `${count}, and jobs wait`,
            'start workers: sluice worker --server … or sluice serve --workers n',
          )
        : ok('workers', count),
    ]
  }
  const stranded = byLabelSet.filter(
    ({ labels, waiting, delayed }) =>
      waiting + delayed > 0 &&
      !online.some((worker) => isLabelSubset(canonicalLabelSet(labels), canonicalLabelSet(worker.labels))),
  )
  return [ok('workers', count), ...stranded.map(strandedFinding)]
}

function strandedFinding({ labels, waiting, delayed }: QueueStats['byLabelSet'][number]): Finding {
  const detail = `${countOf(waiting + delayed, 'job')} need ${labels.join(', ')}, which no worker online offers together`
  return warning('labels', detail, `start a worker with --labels ${labels.join(',')}`)
}
