/** One row of the table: a situation, measured once a round. */
export interface BenchmarkCase {
  readonly label: string
  /** Sets the situation up, measures, and cleans up. Resolves with the figure, in the unit of its benchmark. */
  run(): Promise<number>
  /** What the figure or its ratio is to reach or must not exceed, for readers; nothing fails on it. */
  readonly target?: string
}

/** Cases that are compared with each other. Their rounds are run in turn, so that all of them see the same machine. */
export interface Benchmark {
  /** Picked by `--only`. */
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly cases: readonly BenchmarkCase[]
  /** The label of the case that the ratios refer to. */
  readonly baseline?: string
  /** Rounds, where the usual number would take too long. */
  readonly rounds?: number
  /** Whether a round comes first that does not count. Defaults to true; false where nothing is faster the second time. */
  readonly warmsUp?: boolean
}
