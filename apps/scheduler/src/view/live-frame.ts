import type { RunJobState } from '@sluice/core'
import { formatDuration } from '../duration-format.ts'
import { countEnded, type RunModel, type StateCounts } from '../run/run-model.ts'
import { LOOKS, spinner, stateSign } from './job-look.ts'
import { jobTree, type TreeLayout } from './job-tree.ts'
import { type Line, type Span, span } from './line.ts'
import { progressBar } from './progress-bar.ts'
import { formatCount } from './words.ts'

const STATES_SHOWN: readonly RunJobState[] = [
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
  'running',
  'queued',
  'blocked',
]

/** Draws a run that goes on, on at most so many rows: how far it is, and its jobs. */
export function liveFrame(model: RunModel, layout: TreeLayout): Line[] {
  const { columns, rows, now } = layout
  const head = [titleLine(model, now), barLine(model, columns), countsLine(model.counts)]
  const treeRows = rows - head.length - 1
  if (treeRows < 1) return head.slice(0, Math.max(0, rows))
  return [...head, [], ...jobTree(model, { ...layout, rows: treeRows })]
}

function titleLine({ start, cancelledBy }: RunModel, now: number): Line {
  const hint = cancelledBy
    ? span(`cancelling after ${cancelledBy}; Ctrl-C again kills what still runs`, 'yellow')
    : span('Ctrl-C cancels', 'dim')
  const elapsed = span(formatDuration(now - start.at))
  return [spinner(now), span(' '), span(start.workflow, 'bold'), span('  '), elapsed, span('  '), hint]
}

function barLine(model: RunModel, columns: number): Line {
  const ended = countEnded(model.counts)
  const total = model.jobs.size
  const done = `  ${formatCount(ended)}/${formatCount(total)}`
  return [...progressBar(model.counts, Math.max(10, Math.min(60, columns - done.length - 1))), span(done)]
}

function countsLine(counts: StateCounts): Line {
  return STATES_SHOWN.filter((state) => counts[state] > 0).flatMap((state, index): Span[] => [
    span(index === 0 ? '' : '  '),
    stateSign(state),
    span(` ${formatCount(counts[state])} ${state}`, state === 'blocked' ? 'dim' : LOOKS[state].style),
  ])
}
