import { z } from 'zod'
import { parseDurationMs } from '../duration-format.ts'

const duration = z.string().transform((text, context) => {
  const durationMs = parseDurationMs(text)
  if (durationMs !== undefined) return durationMs
  context.addIssue('write a duration as in 90s, 15m or 30d')
  return z.NEVER
})
const labels = z.array(z.string())
const concurrency = z.int().min(0).max(10_000)
const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])

/** What `sluice serve` can be told in a file. */
const serveSchema = z.strictObject({
  host: z.string(),
  port: z.int().min(0).max(65_535),
  workers: concurrency,
  labels,
  scheduler: z.boolean(),
  api: z.boolean(),
  tokens: z.string(),
  drain: duration,
  schedulingTtl: duration,
  reconcileEvery: duration,
  keepRuns: duration,
  keepJobs: duration,
  keepLogs: duration,
  keepWorkers: duration,
})

/** What `sluice worker` can be told in a file. */
const workerSchema = z.strictObject({
  id: z.string(),
  labels,
  concurrency: concurrency.min(1),
  cwd: z.string(),
  leaseTtl: duration,
  heartbeat: duration,
  drain: duration,
})

/** A configuration file: what all commands share, and a section for each process that stays. Names are those of the flags. */
export const configSchema = z
  .strictObject({
    backend: z.string(),
    server: z.url(),
    tokenFile: z.string(),
    logLevel,
    serve: serveSchema.partial(),
    worker: workerSchema.partial(),
  })
  .partial()

/** A configuration file that was read; durations are milliseconds. */
export type Config = z.output<typeof configSchema>
