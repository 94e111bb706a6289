import { z } from '@hono/zod-openapi'
import { RUN_JOB_STATES } from '@sluice/core'
import { idSchema, momentSchema } from './identifiers.ts'
import { isObject } from './is-object.ts'
import { failureSchema, outputsSchema } from './job.ts'
import { optional } from './optional.ts'

export const runStatusSchema = z.enum(['running', 'succeeded', 'failed', 'cancelled']).openapi('RunStatus')

export const runJobStateSchema = z.enum(RUN_JOB_STATES).openapi('RunJobState')

const countsSchema = z
  .object({
    blocked: z.int(),
    queued: z.int(),
    running: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    skipped: z.int(),
    cancelled: z.int(),
  } satisfies Record<(typeof RUN_JOB_STATES)[number], unknown>)
  .readonly()
  .openapi('RunJobCounts', { description: 'How many jobs of the run are in each state.' })

/** A run without its jobs. */
export const runSchema = z
  .object({
    runId: idSchema,
    name: z.string(),
    status: runStatusSchema,
    attempt: z.int().openapi({ description: 'Counts from 1; a retry adds one.' }),
    counts: countsSchema,
    version: z.int().openapi({ description: 'Goes up by one with each change.' }),
    createdAt: momentSchema,
    finishedAt: optional(momentSchema),
  })
  .readonly()
  .openapi('Run')

export const runPageSchema = z
  .object({ runs: z.array(runSchema).readonly(), nextCursor: optional(z.string()) })
  .readonly()
  .openapi('RunPage', { description: 'Runs, newest first. Without `nextCursor` this page is the last.' })

export const reasonSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('dependency'), because: z.string() }).readonly(),
    z.object({ kind: z.literal('condition') }).readonly(),
    z.object({ kind: z.literal('failFast'), because: z.string() }).readonly(),
    z.object({ kind: z.literal('runCancelled') }).readonly(),
  ])
  .openapi('RunJobReason', { description: 'Why a job was skipped or cancelled; `because` is the job that caused it.' })

/** The state of one job of a run. */
export const runJobSchema = z
  .object({
    jobId: idSchema,
    state: runJobStateSchema,
    runAttempt: z.int().openapi({ description: "The run's attempt in which this state was reached. Counts from 1." }),
    attempt: optional(z.int()).openapi({ description: 'The attempt that runs or ran last. Counts from 0.' }),
    startedAt: optional(momentSchema),
    finishedAt: optional(momentSchema),
    workerId: optional(z.string()),
    outputs: optional(outputsSchema),
    failure: optional(failureSchema),
    reason: optional(reasonSchema),
  })
  .readonly()
  .openapi('RunJob')

export const runJobPageSchema = z
  .object({ jobs: z.array(runJobSchema).readonly(), nextCursor: optional(z.string()) })
  .readonly()
  .openapi('RunJobPage', {
    description: 'Jobs in the order of the workflow. Without `nextCursor` this page is the last.',
  })

/** What a caller says to start a run. */
export const startRunSchema = z
  .strictObject({
    workflow: z
      .union([z.string().min(1), z.custom<Readonly<Record<string, unknown>>>(isObject)], 'must be a text or an object')
      .openapi({
        type: ['string', 'object'],
        description: 'A workflow file: its text, in YAML or JSON, or what it holds, as JSON.',
        example: { name: 'hello', jobs: { greet: { run: 'echo hello' } } },
      }),
    file: z.string().min(1).max(1024).optional().openapi({
      description: 'What the file is called, for messages, and for the name of a workflow that has none.',
      example: 'hello.yml',
    }),
    inputs: z
      .record(z.string(), z.string())
      .optional()
      .openapi({ description: 'Values by name, for what the workflow calls `vars.NAME`.', example: { tag: 'v2' } }),
    runId: idSchema
      .optional()
      .openapi({ description: 'Names the run, so that starting it twice starts it once. Defaults to a random id.' }),
  })
  .openapi('StartRun')

/** What a caller says to run again. */
export const retryRunSchema = z
  .strictObject({
    from: idSchema.optional().openapi({
      description:
        'Run this job and all that depends on it again. By default, what failed or was cancelled and what that had skipped.',
    }),
  })
  .openapi('RetryRun')
