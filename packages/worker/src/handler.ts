import type { JsonValue, Outputs, QueuedJob } from '@sluice/core'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { PermanentError } from './permanent-error.ts'

/** What a handler gets to work with. All of it can be destructured. */
export interface JobContext<Payload = JsonValue | undefined> {
  readonly job: QueuedJob
  readonly payload: Payload
  /** Counts from 0: more than 0 means that the job was tried before. */
  readonly attempt: number
  /** The outputs of each direct dependency, by its `jobId`. */
  readonly upstreamOutputs: Readonly<Record<string, Outputs>>
  readonly workerId: string
  /**
   * Aborts with an `AttemptAbortedError` when the work has to stop; hand it to `fetch` and the like.
   *
   * Whatever the handler returns or throws afterwards no longer counts.
   */
  readonly signal: AbortSignal
  /** Adds a line to the job's log. Never waits; what the store cannot take in time is held up to 4 MiB. */
  log(line: string): void
}

/**
 * Does the work of a job. Returns what it hands to its dependents, if anything.
 *
 * What it throws fails the attempt, which is retried where the job's policy allows; a `PermanentError` fails the job for good.
 */
export type JobHandler<Payload = JsonValue | undefined> = (
  context: JobContext<Payload>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement is of type void.
) => Outputs | undefined | void | Promise<Outputs | undefined | void>

/** Handlers by the `command` of the jobs that they run. */
export type Handlers = Readonly<Record<string, JobHandler>>

/** A handler together with the schema of its payload. */
export interface HandlerDefinition<Schema extends StandardSchemaV1> {
  /** Any Standard Schema: Zod, Valibot, ArkType and others. */
  readonly input: Schema
  readonly run: JobHandler<StandardSchemaV1.InferOutput<Schema>>
}

/** The payload breaks the schema of its handler. */
export class InvalidPayloadError extends PermanentError {
  override readonly name = 'InvalidPayloadError'
}

/**
 * Makes a handler whose payload is checked by a schema, and typed by it.
 *
 * A payload that breaks the schema fails the job for good, with the path of every issue.
 */
export function defineHandler<Schema extends StandardSchemaV1>({ input, run }: HandlerDefinition<Schema>): JobHandler {
  return async (context) => {
    const result = await input['~standard'].validate(context.payload)
    if (result.issues) throw new InvalidPayloadError(describeIssues(result.issues))
    return run({ ...context, payload: result.value as StandardSchemaV1.InferOutput<Schema> })
  }
}

function describeIssues(issues: readonly StandardSchemaV1.Issue[]): string {
  const lines = issues.map((issue) => `${issuePath(issue)}: ${issue.message}`)
  return `the payload is not what the handler takes: ${lines.join('; ')}`
}

function issuePath({ path = [] }: StandardSchemaV1.Issue): string {
  let text = 'payload'
  for (const segment of path) {
    const key = typeof segment === 'object' ? segment.key : segment
    if (typeof key === 'number') text += `[${key}]`
    else
      text += /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(String(key))
        ? `.${String(key)}`
        : `[${JSON.stringify(String(key))}]`
  }
  return text
}
