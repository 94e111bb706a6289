import type { Benchmark } from '../benchmark.ts'
import { backlogs, claiming, enqueueing, labelSets, size } from './operations.ts'
import { wakeUps } from './wake-up.ts'

/** Our queue on PostgreSQL beside pg-boss and Graphile Worker as they are, on one server in the same minutes. */
export const postgresBenchmarks: readonly Benchmark[] = [...enqueueing, ...claiming, wakeUps, labelSets, size, backlogs]
