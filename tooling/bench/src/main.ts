import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import { cascades } from './cascades.ts'
import { measure } from './measurement.ts'
import { stopBenchPostgres } from './postgres/bench-postgres.ts'
import { postgresBenchmarks } from './postgres/postgres-benchmarks.ts'
import { backlogs, jobMemory, labelSets } from './queue-operations.ts'
import { readRecordedGraphs } from './recorded-graphs.ts'
import { recordedWorkflows } from './recorded-workflows.ts'
import { stopBenchRedis } from './redis/bench-redis.ts'
import { redisBenchmarks } from './redis/redis-benchmarks.ts'
import { describeMachine, describeMeasurements } from './report.ts'
import { chain } from './service/chain.ts'
import { graphs } from './service/graphs.ts'
import { throughput } from './service/throughput.ts'
import { trees } from './service/trees.ts'
import { workerOverhead } from './worker-overhead.ts'

const USAGE = `Usage: pnpm bench [--only NAME[,NAME…]] [--rounds N]\n`

async function main(): Promise<number> {
  const recorded = await readRecordedGraphs()
  const benchmarks: Benchmark[] = [
    backlogs,
    labelSets,
    jobMemory,
    ...cascades,
    workerOverhead,
    ...(recorded.length > 0 ? [recordedWorkflows(recorded)] : []),
    ...redisBenchmarks,
    ...postgresBenchmarks,
    ...throughput,
    chain,
    trees,
    ...(recorded.length > 0 ? graphs(recorded) : []),
  ]
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    options: {
      only: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const names = benchmarks.map(({ name }) => name)
  if (values.help) {
    process.stdout.write(`${USAGE}Benchmarks: ${names.join(', ')}\n`)
    return 0
  }
  const only = (values.only ?? []).flatMap((list) => list.split(','))
  const unknown = only.filter((name) => !names.includes(name))
  if (unknown.length > 0) throw new Error(`no benchmark "${unknown.join('", "')}"; there are ${names.join(', ')}`)
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    throw new Error('--rounds must be a positive integer')

  process.stdout.write(`${describeMachine()}\n\n`)
  for (const benchmark of benchmarks.filter(({ name }) => only.length === 0 || only.includes(name))) {
    const total = rounds ?? benchmark.rounds ?? 5
    const measurements = await measure(benchmark, total, (round) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${benchmark.name}: round ${round} of ${total} \r`)
    })
    process.stdout.write(`${describeMeasurements(benchmark, measurements)}\n`)
  }
  return 0
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
  process.exitCode = 2
}
await stopBenchRedis()
await stopBenchPostgres()
