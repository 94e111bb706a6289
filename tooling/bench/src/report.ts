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

/** A table of medians with their spread, and their ratio to the baseline. */
export function describeMeasurements(benchmark: Benchmark, measurements: readonly Measurement[]): string {
  const baseline = measurements.find(({ label }) => label === benchmark.baseline)
  const rows = measurements.map((measurement) => [
    measurement.label,
    figure(median(measurement.figures)),
    `${figure(Math.min(...measurement.figures))} – ${figure(Math.max(...measurement.figures))}`,
    baseline ? `${(median(measurement.figures) / median(baseline.figures)).toFixed(2)}` : '',
    measurement.target ?? '',
  ])
  const header = ['case', benchmark.unit, 'spread', 'ratio', 'target']
  return `## ${benchmark.title} (${benchmark.name})\n\n${markdownTable([header, ...rows], { align: ['l', 'r', 'r', 'r', 'l'] })}\n`
}

function figure(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value.toPrecision(3)
}
