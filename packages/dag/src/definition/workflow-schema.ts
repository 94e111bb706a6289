import { LABEL_PATTERN, LIMITS } from '@sluice/core'
import { z } from 'zod'
import { DURATION_PATTERN, formatDuration, parseDuration } from './duration.ts'
import { mustBe, mustBeKind, mustBeText, mustHave } from './field-errors.ts'
import { ENV_NAME, ENV_NAME_RULE } from './shell-script.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it keeps out.
const ONE_LINE = /^[^\u0000-\u001f\u007f-\u009f]+$/

/** `success()`, `failure()` or `always()`, bare or in `${{ }}`; the word is in one of the two groups. */
export const CONDITION_PATTERN =
  /^\s*(?:\$\{\{\s*(success|failure|always)(?:\(\s*\))?\s*\}\}|(success|failure|always)(?:\(\s*\))?)\s*$/

const mapping = <Shape extends z.core.$ZodLooseShape>(what: string, shape: Shape) =>
  z.strictObject(shape, mustHave(what, Object.keys(shape)))

const text = (what: string) => z.string(mustBeText(what)).min(1, mustBeText(what))

const patternText = (what: string, pattern: RegExp) => z.string(mustBeText(what)).regex(pattern, mustBeText(what))

const oneLine = (what: string) =>
  patternText(`${what}: 1 to ${LIMITS.idLength} characters without line breaks`, ONE_LINE).max(
    LIMITS.idLength,
    mustBe(`at most ${LIMITS.idLength} characters`),
  )

const flag = () => z.boolean(mustBe('true or false'))

const wholeNumber = (max: number) => {
  const error = mustBe(`a whole number from 0 to ${max}`)
  return z.int(error).min(0, error).max(max, error)
}

const duration = (minMs = 0) => {
  const error = mustBe('a duration with its unit, as in "90s", "5m" or "1h30m"')
  return z
    .string(error)
    .regex(DURATION_PATTERN, { ...error, abort: true })
    .refine((text) => parseDuration(text) >= minMs, `must be at least ${formatDuration(minMs)}`)
    .refine((text) => parseDuration(text) <= LIMITS.durationMs, `must be at most ${formatDuration(LIMITS.durationMs)}`)
}

const condition = () => {
  const error = mustBe('success(), failure() or always()')
  return z.string(error).regex(CONDITION_PATTERN, error)
}

const oneOrMany = (one: z.ZodString, what: string, many = z.array(one)) => z.union([one, many], mustBeText(what))

const env = () =>
  z
    .record(
      patternText(ENV_NAME_RULE, ENV_NAME),
      z.union([z.string(), z.number(), z.boolean()], mustBe('text, a number or a boolean')),
      mustBe('a mapping from names of variables to their values'),
    )
    .meta({ examples: [{ NODE_ENV: 'production', PORT: 8080 }] })

const labels = () => {
  const label = patternText(`a label: 1 to ${LIMITS.labelLength} of A-Z a-z 0-9 . _ : / = -`, LABEL_PATTERN)
  const many = z.array(label).max(LIMITS.labels, `must have at most ${LIMITS.labels} labels`)
  return oneOrMany(label, 'a label or a list of labels', many)
}

const backoff = z
  .union(
    [
      z.literal('none'),
      z.discriminatedUnion(
        'kind',
        [
          mapping('a backoff', { kind: z.literal('none').describe('Retries at once.') }),
          mapping('a backoff', {
            kind: z.literal('fixed').describe('Waits equally long before each retry.'),
            delay: duration().describe('The wait before each retry, as in `10s`.'),
          }),
          mapping('a backoff', {
            kind: z.literal('exponential').describe('Doubles the wait with each retry.'),
            base: duration().describe('The wait before the first retry, as in `1s`.'),
            max: duration().describe('The longest wait, as in `5m`.'),
            jitter: flag()
              .optional()
              .describe('Waits a random time between half of that and all of it. Default: false.'),
          }),
        ],
        mustBeKind('kind', '"none", "fixed" or "exponential"'),
      ),
    ],
    mustBe('"none" or a mapping with "kind": "none", "fixed" or "exponential"'),
  )
  .meta({
    description: 'How long to wait before a retry. Default: none.',
    examples: ['none', { kind: 'fixed', delay: '10s' }, { kind: 'exponential', base: '1s', max: '5m', jitter: true }],
  })

const retries = z
  .union(
    [
      wholeNumber(LIMITS.retries),
      mapping('a number of retries, or a mapping with "max" and "backoff"', {
        max: wholeNumber(LIMITS.retries).describe('Retries after the first attempt: 3 allows four attempts in all.'),
        backoff: backoff.optional(),
      }),
    ],
    mustBe('a number of retries, or a mapping with "max" and "backoff"'),
  )
  .meta({
    description: 'How often the job is tried again after a failure. Default: 0.',
    examples: [3, { max: 5, backoff: { kind: 'exponential', base: '1s', max: '5m' } }],
  })

const step = mapping('a step: a mapping with "run", and with "name" or "env" if it needs them', {
  name: oneLine('the name of the step').optional().describe('For the log. Default: the first line of `run`.'),
  run: text('a script').describe('A shell script. It stops at the first command that fails.'),
  env: env().optional().describe('Variables for this step only.'),
})

const jobFields = mapping('a job: a mapping with "run" or "steps"', {
  name: oneLine('the name of the job').optional().describe("For people. Default: the job's id."),
  needs: oneOrMany(text('the id of a job'), 'the id of a job or a list of them')
    .optional()
    .describe('The jobs that must end before this one starts.'),
  run: text("a script, or a handler's name")
    .optional()
    .describe("A shell script, which stops at the first command that fails, or the name of a worker's handler."),
  steps: z
    .array(step, mustBe('a list of steps'))
    .min(1, 'must have at least one step')
    .optional()
    .describe('Scripts that run one after the other in one shell, each announced in the log. Instead of `run`.'),
  env: env().optional().describe('Variables for the scripts of this job.'),
  payload: z.unknown().optional().describe('JSON for the handler that `run` names.'),
  labels: labels().optional().describe('A worker must have all of these to get the job.'),
  'runs-on': labels().optional().describe('Another name for `labels`.'),
  retries: retries.optional(),
  timeout: duration(1)
    .optional()
    .meta({
      description: 'The longest that one attempt may run. Default: no limit.',
      examples: ['90s', '5m', '1h30m'],
    }),
  priority: wholeNumber(LIMITS.priority).optional().describe('0 to 1000; higher goes first. Default: 0.'),
  if: condition()
    .optional()
    .meta({
      description:
        'Runs the job, once all that it needs has ended, if all of that succeeded, if some of it failed, or always. Default: success().',
      examples: ['success()', 'failure()', 'always()'],
    }),
  'continue-on-error': flag()
    .optional()
    .describe('A failure of this job fails neither the run nor the jobs that need it. Default: false.'),
})

/** Has a rule checked even where single fields are wrong, so that people see both. */
const whateverElse = {
  when: ({ value }: { readonly value: unknown }) =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
}

const job = jobFields
  .refine(({ run, steps }) => run !== undefined || steps !== undefined, {
    error: 'must have "run" or "steps"',
    ...whateverElse,
  })
  .refine(({ run, steps }) => run === undefined || steps === undefined, {
    error: 'must not stand beside "run"; write one of them',
    path: ['steps'],
    ...whateverElse,
  })
  .refine((fields) => fields.payload === undefined || fields.steps === undefined, {
    error: 'is for a handler: name the handler in "run", instead of "steps"',
    path: ['payload'],
    ...whateverElse,
  })
  .refine((fields) => fields.payload === undefined || fields.env === undefined, {
    error: 'is for scripts, and a job with "payload" runs a handler: put the values into "payload"',
    path: ['env'],
    ...whateverElse,
  })
  .refine((fields) => fields.labels === undefined || fields['runs-on'] === undefined, {
    error: 'is another name for "labels"; write one of them',
    path: ['runs-on'],
    ...whateverElse,
  })
  .meta({
    oneOf: [{ required: ['run'] }, { required: ['steps'] }],
    allOf: [
      { not: { required: ['payload', 'steps'] } },
      { not: { required: ['payload', 'env'] } },
      { not: { required: ['labels', 'runs-on'] } },
    ],
  })

/** The shape of a definition, before `needs` are followed: the one source of the parser, of its types and of the JSON Schema. */
export const workflowSchema = mapping('a workflow: a mapping with "jobs"', {
  $schema: z.string().optional().describe('The address of this schema, for editors.'),
  name: oneLine('the name of the workflow').optional().describe("For people. Default: the file's name."),
  env: env().optional().describe('Variables for the scripts of all jobs.'),
  'fail-fast': flag()
    .optional()
    .describe(
      'The first failure cancels what has not ended, except jobs with if: failure() or always(). Default: false.',
    ),
  jobs: z
    .record(oneLine('the id of a job'), job, mustBe('a mapping from ids to jobs'))
    .meta({ description: 'The jobs by their ids.', minProperties: 1 }),
}).meta({ title: 'Sluice workflow' })

/** A definition of the right shape. */
export type WorkflowDefinition = z.infer<typeof workflowSchema>

/** A job of a definition of the right shape. */
export type JobDefinition = WorkflowDefinition['jobs'][string]
