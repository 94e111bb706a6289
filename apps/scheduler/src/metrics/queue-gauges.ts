import type { Backend, LabelSetStats } from '@sluice/core'
import type { ServiceMetrics } from './service-metrics.ts'

/** Label sets that have figures of their own, at the most: those with the most jobs. */
const NAMED_LABEL_SETS = 100

/** Adds the figures of the whole store, which every process reads alike: do not add them up. */
export function addQueueGauges(metrics: ServiceMetrics, { queue, workers }: Backend): void {
  metrics.addGauge('sluice_queue_jobs', 'Jobs of the whole queue, by state.', ['state'], async (gauge) => {
    const { byState } = await queue.stats()
    for (const [state, count] of Object.entries(byState)) gauge.set({ state }, count)
  })
  metrics.addGauge(
    'sluice_queue_unfinished_jobs',
    `Unfinished jobs by the labels that they require, of the ${NAMED_LABEL_SETS} largest sets of labels, and by state.`,
    ['labels', 'state'],
    async (gauge) => {
      const { byLabelSet } = await queue.stats()
      gauge.reset()
      for (const stats of largest(byLabelSet)) {
        const labels = stats.labels.join(',')
        for (const state of ['waiting', 'delayed', 'active'] as const) gauge.set({ labels, state }, stats[state])
      }
    },
  )
  metrics.addGauge(
    'sluice_workers',
    'Workers that are registered, by whether they are online.',
    ['online'],
    async (gauge) => {
      const known = await workers.list()
      const online = known.filter((worker) => worker.online).length
      gauge.set({ online: 'true' }, online)
      gauge.set({ online: 'false' }, known.length - online)
    },
  )
}

function largest(sets: readonly LabelSetStats[]): readonly LabelSetStats[] {
  const sizeOf = ({ waiting, delayed, active }: LabelSetStats) => waiting + delayed + active
  return sets.toSorted((one, other) => sizeOf(other) - sizeOf(one)).slice(0, NAMED_LABEL_SETS)
}
