import type { Benchmark } from '../benchmark.ts'
import {
  backlogs,
  claiming,
  claimingAtOnce,
  enqueueing,
  labelSets,
  memory,
  scriptTime,
  serverTime,
} from './operations.ts'
import { wakeUps } from './wake-up.ts'

/** Our queue on Redis beside BullMQ as it is, on one server in the same minutes. */
export const redisBenchmarks: readonly Benchmark[] = [
  enqueueing,
  claiming,
  claimingAtOnce,
  serverTime,
  scriptTime,
  wakeUps,
  labelSets,
  memory,
  backlogs,
]
