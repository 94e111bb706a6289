import { type Backoff, NO_RETRIES, type RetryPolicy } from './backoff.ts'
import type { ClaimManyOptions, ClaimOptions } from './claim-options.ts'
import { ValidationError } from './errors.ts'
import type { JobFailure, JobRef, Outputs, QueuedJob } from './job.ts'
import { checkText, copyJson, type JsonValue, maxTextBytes, setOwn } from './json.ts'
import { canonicalLabelSet, LABEL_PATTERN } from './label-set.ts'
import { LIMITS } from './limits.ts'

/** A job that passed validation: a deep copy with every default filled in and its labels canonical. */
export interface ValidJob extends QueuedJob {
  readonly requiredLabels: readonly string[]
  readonly priority: number
  readonly delayMs: number
  readonly retryPolicy: RetryPolicy
}

/** Options of a claim that passed validation; its labels are canonical. */
export type ValidClaim = ClaimManyOptions & { readonly waitMs: number }

const JOB_KEYS: ReadonlySet<string> = new Set([
  'workflowId',
  'jobId',
  'command',
  'payload',
  'requiredLabels',
  'priority',
  'delayMs',
  'retryPolicy',
  'timeoutMs',
  'upstreamOutputs',
])

/**
 * Checks a job against the limits of the contract and copies it.
 *
 * @throws {ValidationError} naming the field at fault.
 */
export function parseJob(job: QueuedJob): ValidJob {
  if (typeof job !== 'object' || job === null) throw new ValidationError('job', 'must be an object')
  for (const key in job) if (!JOB_KEYS.has(key)) throw new ValidationError(key, 'is not a field of a job')
  const { command, payload, timeoutMs, upstreamOutputs } = job
  const workflowId = parseId(job.workflowId, 'workflowId')
  const jobId = parseId(job.jobId, 'jobId')
  if (typeof command !== 'string' || command === '') throw new ValidationError('command', 'must be a non-empty string')
  checkText(command, 'command')
  let maxBytes = 4096 + maxTextBytes(command)
  const valid: { -readonly [K in keyof ValidJob]: ValidJob[K] } = {
    workflowId,
    jobId,
    command,
    requiredLabels: job.requiredLabels === undefined ? [] : parseLabels(job.requiredLabels, 'requiredLabels'),
    priority: job.priority === undefined ? 0 : parseInteger(job.priority, 'priority', 0, LIMITS.priority),
    delayMs: job.delayMs === undefined ? 0 : parseInteger(job.delayMs, 'delayMs', 0, LIMITS.durationMs),
    retryPolicy: job.retryPolicy === undefined ? NO_RETRIES : parseRetryPolicy(job.retryPolicy),
  }
  if (timeoutMs !== undefined) valid.timeoutMs = parseInteger(timeoutMs, 'timeoutMs', 1, LIMITS.durationMs)
  if (payload !== undefined) {
    const copy = copyJson(payload, 'payload')
    valid.payload = copy.value
    maxBytes += copy.maxBytes
  }
  if (upstreamOutputs !== undefined) {
    const copy = copyUpstreamOutputs(upstreamOutputs)
    valid.upstreamOutputs = copy.value
    maxBytes += copy.maxBytes
  }
  if (maxBytes > LIMITS.jobBytes) checkBytes(valid, 'job', LIMITS.jobBytes)
  return valid
}

/**
 * Checks the options of `claim` and `claimMany`; a `limit` that is not given is 1.
 *
 * @throws {ValidationError} naming the option at fault.
 */
export function parseClaim(options: ClaimOptions & { readonly limit?: number }): ValidClaim {
  if (typeof options !== 'object' || options === null) throw new ValidationError('options', 'must be an object')
  const { waitMs, limit, signal } = options
  const valid = {
    workerId: parseId(options.workerId, 'workerId'),
    labels: parseWorkerLabels(options.labels),
    leaseTtlMs: parseLeaseTtl(options.leaseTtlMs, 'leaseTtlMs'),
    waitMs: waitMs === undefined ? 0 : parseInteger(waitMs, 'waitMs', 0, LIMITS.waitMs),
    limit: limit === undefined ? 1 : parseInteger(limit, 'limit', 1, LIMITS.claimMany),
  }
  if (signal === undefined) return valid
  if (!(signal instanceof AbortSignal)) throw new ValidationError('signal', 'must be an AbortSignal')
  return { ...valid, signal }
}

/**
 * Checks the name of a job.
 *
 * @throws {ValidationError} naming the id at fault.
 */
export function parseJobRef(workflowId: string, jobId: string): JobRef {
  return { workflowId: parseId(workflowId, 'workflowId'), jobId: parseId(jobId, 'jobId') }
}

/**
 * Checks an id: 1 to 255 characters, without control characters or lone surrogates.
 *
 * @throws {ValidationError}
 */
export function parseId(id: unknown, field: string): string {
  if (typeof id !== 'string' || id === '') throw new ValidationError(field, 'must be a non-empty string')
  if (id.length > LIMITS.idLength)
    throw new ValidationError(field, `must have at most ${LIMITS.idLength} characters, not ${id.length}`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
  if (/[\u0000-\u001f\u007f-\u009f]/.test(id)) throw new ValidationError(field, 'must not contain control characters')
  if (!id.isWellFormed()) throw new ValidationError(field, 'must not contain a lone surrogate (broken UTF-16)')
  return id
}

/**
 * Checks labels and returns the canonical set.
 *
 * @throws {ValidationError} for a label that is not 1 to 64 of `A-Z a-z 0-9 . _ : / = -`, or for more than 32 labels.
 */
export function parseLabels(labels: unknown, field: string): readonly string[] {
  if (!Array.isArray(labels)) throw new ValidationError(field, 'must be an array of labels')
  if (labels.length > LIMITS.labels)
    throw new ValidationError(field, `must hold at most ${LIMITS.labels} labels, not ${labels.length}`)
  for (let index = 0; index < labels.length; index++) {
    const label: unknown = labels[index]
    if (typeof label !== 'string' || !LABEL_PATTERN.test(label)) {
      throw new ValidationError(
        `${field}[${index}]`,
        `must be 1 to ${LIMITS.labelLength} of A-Z a-z 0-9 . _ : / = -, not ${JSON.stringify(label)}`,
      )
    }
  }
  return canonicalLabelSet(labels)
}

let latestWorkerLabels: { readonly given: readonly unknown[]; readonly valid: readonly string[] } = {
  given: [],
  valid: Object.freeze([]),
}

/** As `parseLabels`; at once for labels equal to those of the claim before, since a worker claims with the same ones all the time. */
function parseWorkerLabels(labels: unknown): readonly string[] {
  const { given, valid } = latestWorkerLabels
  if (
    Array.isArray(labels) &&
    labels.length === given.length &&
    given.every((label, index) => label === labels[index])
  ) {
    return valid
  }
  const parsed = Object.freeze(parseLabels(labels, 'labels'))
  latestWorkerLabels = { given: [...(labels as readonly unknown[])], valid: parsed }
  return parsed
}

/**
 * Checks a lease's time to live, 1 ms to 24 h.
 *
 * @throws {ValidationError}
 */
export function parseLeaseTtl(ttlMs: unknown, field: string): number {
  return parseInteger(ttlMs, field, 1, LIMITS.leaseTtlMs)
}

/**
 * Checks the age given to a `purge`, in milliseconds.
 *
 * @throws {ValidationError}
 */
export function parseAge(ageMs: unknown, field: string): number {
  return parseInteger(ageMs, field, 0, LIMITS.durationMs)
}

/**
 * Checks that options which may be left out are an object; an empty one where they are.
 *
 * @throws {ValidationError}
 */
export function parseOptions<Options extends object>(options: Options | undefined): Partial<Options> {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null) throw new ValidationError('options', 'must be an object')
  return options
}

/**
 * Checks the size of a page; 100 where none is given.
 *
 * @throws {ValidationError}
 */
export function parsePageSize(limit: unknown): number {
  return limit === undefined ? 100 : parseInteger(limit, 'limit', 1, LIMITS.pageSize)
}

/**
 * Checks a job's outputs and copies them.
 *
 * @throws {ValidationError} for more than 256 keys, more than 256 KiB, or a value that is not a string.
 */
export function parseOutputs(outputs: unknown, field = 'outputs'): Outputs {
  const copy = copyOutputs(outputs, field)
  if (copy.maxBytes > LIMITS.outputBytes) checkBytes(copy.value, field, LIMITS.outputBytes)
  return copy.value
}

/**
 * Checks a failure and copies it; a message over 16 KiB is cut at a character and marked.
 *
 * @throws {ValidationError}
 */
export function parseFailure(failure: unknown): JobFailure {
  if (typeof failure !== 'object' || failure === null)
    throw new ValidationError('failure', 'must be an object with a message')
  const { message, exitCode, signal, truncated } = failure as { [K in keyof JobFailure]: unknown }
  if (typeof message !== 'string') throw new ValidationError('failure.message', 'must be a string')
  const text = cutText(message.replaceAll('\0', '\ufffd').toWellFormed(), LIMITS.failureMessageBytes)
  const valid: { -readonly [K in keyof JobFailure]: JobFailure[K] } = { message: text }
  if (exitCode !== undefined) valid.exitCode = parseInteger(exitCode, 'failure.exitCode', -(2 ** 31), 2 ** 32)
  if (signal !== undefined) valid.signal = parseId(signal, 'failure.signal')
  if (truncated === true || text.length < message.length) valid.truncated = true
  return valid
}

/**
 * Checks an integer in a closed range.
 *
 * @throws {ValidationError}
 */
export function parseInteger(value: unknown, field: string, min: number, max: number): number {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw new ValidationError(field, `must be an integer from ${min} to ${max}, not ${shown(value)}`)
  }
  return value as number
}

/** Cuts a text to at most so many UTF-8 bytes, never within a character. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text
  const bytes = new Uint8Array(maxBytes)
  return text.slice(0, new TextEncoder().encodeInto(text, bytes).read)
}

function parseRetryPolicy(policy: RetryPolicy): RetryPolicy {
  if (policy === NO_RETRIES) return policy
  if (typeof policy !== 'object' || policy === null) throw new ValidationError('retryPolicy', 'must be an object')
  return {
    maxRetries: parseInteger(policy.maxRetries, 'retryPolicy.maxRetries', 0, LIMITS.retries),
    backoff: parseBackoff(policy.backoff),
  }
}

function parseBackoff(backoff: Backoff): Backoff {
  const field = 'retryPolicy.backoff'
  if (typeof backoff !== 'object' || backoff === null) throw new ValidationError(field, 'must be an object')
  const duration = (value: unknown, name: string) => parseInteger(value, `${field}.${name}`, 0, LIMITS.durationMs)
  switch (backoff.kind) {
    case 'none':
      return { kind: 'none' }
    case 'fixed':
      return { kind: 'fixed', delayMs: duration(backoff.delayMs, 'delayMs') }
    case 'exponential': {
      const { jitter } = backoff
      if (jitter !== undefined && typeof jitter !== 'boolean')
        throw new ValidationError(`${field}.jitter`, 'must be true or false')
      const bounds = { baseMs: duration(backoff.baseMs, 'baseMs'), maxMs: duration(backoff.maxMs, 'maxMs') }
      return { kind: 'exponential', ...bounds, ...(jitter === undefined ? {} : { jitter }) }
    }
    default:
      throw new ValidationError(
        `${field}.kind`,
        `must be none, fixed or exponential, not ${shown((backoff as Backoff).kind)}`,
      )
  }
}

function copyUpstreamOutputs(upstream: unknown): { value: Record<string, Outputs>; maxBytes: number } {
  const field = 'upstreamOutputs'
  if (typeof upstream !== 'object' || upstream === null) throw new ValidationError(field, 'must be an object')
  const prototype: unknown = Object.getPrototypeOf(upstream)
  if (prototype !== Object.prototype && prototype !== null) throw new ValidationError(field, 'must be a plain object')
  const value: Record<string, Outputs> = {}
  let maxBytes = 0
  for (const [jobId, outputs] of Object.entries(upstream)) {
    const copy = copyOutputs(outputs, `${field}.${parseId(jobId, `${field} key`)}`)
    setOwn(value, jobId, copy.value)
    maxBytes += maxTextBytes(jobId) + copy.maxBytes
  }
  return { value, maxBytes }
}

function copyOutputs(outputs: unknown, field: string): { value: Outputs; maxBytes: number } {
  const { value, maxBytes } = copyJson(outputs, field)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ValidationError(field, 'must be an object of strings')
  const entries = Object.entries(value as Record<string, JsonValue>)
  if (entries.length > LIMITS.outputKeys) {
    throw new ValidationError(field, `must have at most ${LIMITS.outputKeys} keys, not ${entries.length}`)
  }
  for (const [key, text] of entries)
    if (typeof text !== 'string') throw new ValidationError(`${field}.${key}`, 'must be a string')
  return { value: value as Outputs, maxBytes }
}

function checkBytes(value: unknown, field: string, max: number): void {
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length
  if (bytes > max) throw new ValidationError(field, `must take at most ${max} bytes as JSON, not ${bytes}`)
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
