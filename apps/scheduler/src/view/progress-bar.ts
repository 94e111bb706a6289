import { countEnded, type StateCounts } from '../run/run-model.ts'
import { LOOKS } from './job-look.ts'
import { type Line, span } from './line.ts'

const FILLED = '━'
const EMPTY = '─'
const PARTS = ['succeeded', 'failed', 'skipped', 'cancelled', 'running'] as const

/** Draws how far the jobs are, each state in its colour; every state that there is takes at least one column. */
export function progressBar(counts: StateCounts, columns: number): Line {
  const total = countEnded(counts) + counts.running + counts.queued + counts.blocked
  let before = 0
  let filled = 0
  const parts = PARTS.filter((state) => counts[state] > 0).map((state) => {
    before += counts[state]
    const width = Math.max(1, Math.round((before / total) * columns) - filled)
    filled += width
    return { style: LOOKS[state].style, width }
  })
  for (; filled > columns; filled--) parts.reduce((widest, part) => (part.width > widest.width ? part : widest)).width--
  return [
    ...parts.map(({ style, width }) => span(FILLED.repeat(width), style)),
    span(EMPTY.repeat(columns - filled), 'dim'),
  ]
}
