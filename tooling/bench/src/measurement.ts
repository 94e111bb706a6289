import type { Benchmark } from './benchmark.ts'

/** The figures of one case over all rounds. */
export interface Measurement {
  readonly label: string
  readonly target: string | undefined
  readonly figures: readonly number[]
}

/** Runs every case once a round, in turn, after one round that does not count where the benchmark warms up. */
export async function measure(
  benchmark: Benchmark,
  rounds: number,
  onRound: (round: number) => void,
): Promise<Measurement[]> {
  const figures = benchmark.cases.map((): number[] => [])
  for (let round = benchmark.warmsUp === false ? 1 : 0; round <= rounds; round++) {
    onRound(round)
    for (const [index, benchmarkCase] of benchmark.cases.entries()) {
      globalThis.gc?.()
      const figure = await benchmarkCase.run()
      if (round > 0) figures[index]?.push(figure)
    }
  }
  return benchmark.cases.map(({ label, target }, index) => ({ label, target, figures: figures[index] ?? [] }))
}

/** The middle value; the mean of the two in the middle where their number is even. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((left, right) => left - right)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
