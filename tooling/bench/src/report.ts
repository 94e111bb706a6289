import { arch, cpus, platform, totalmem } from 'node:os'
import { markdownTable } from 'markdown-table'
import type { Benchmark } from './benchmark.ts'
import { type Measurement, median } from './measurement.ts'

/** One line on what the figures were measured with. */
export function describeMachine(): string {
  const processors = cpus()
  const memoryGib = Math.round(totalmem() / 2 ** 30)
  return `${processors.length} × ${processors[0]?.model ?? 'unknown processor'}, ${memoryGib} GiB, ${platform()} ${arch()}, Node ${process.version}`
}

/** A table of medians with their spread, and of their ratio to the baseline with its spread over the rounds. */
export function describeMeasurements(benchmark: Benchmark, measurements: readonly Measurement[]): string {
  const baseline = measurements.find(({ label }) => label === benchmark.baseline)
  const rows = measurements.map((measurement) => [
    measurement.label,
    figure(median(measurement.figures)),
    spreadOf(measurement.figures, figure),
    ...(baseline ? ratioCells(measurement, baseline) : []),
    measurement.target ?? '',
  ])
  const header = ['case', benchmark.unit, 'spread', ...(baseline ? ['ratio', 'spread'] : []), 'target']
  const align = header.map((_, column) => (column === 0 || column === header.length - 1 ? 'l' : 'r'))
  return `## ${benchmark.title} (${benchmark.name})\n\n${markdownTable([header, ...rows], { align })}\n`
}

/** How the medians compare, and how the figures of each round do: those saw the same machine. */
function ratioCells({ figures }: Measurement, baseline: Measurement): string[] {
  const ratios = figures.map((value, round) => value / (baseline.figures[round] ?? Number.NaN))
  const ratio = (value: number) => value.toFixed(2)
  return [ratio(median(figures) / median(baseline.figures)), spreadOf(ratios, ratio)]
}

function spreadOf(values: readonly number[], format: (value: number) => string): string {
  return `${format(Math.min(...values))} – ${format(Math.max(...values))}`
}

function figure(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value.toPrecision(3)
}
