// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions are those of workflows.
import type { Backoff, JsonValue } from '@sluice/core'
import type { Workflow, WorkflowJob } from '@sluice/dag'
import fc from 'fast-check'

const NASTY = [
  '<<',
  '~',
  'null',
  'true',
  '1.10',
  '-',
  '- a',
  '#x',
  ': ',
  'a: b',
  '*x',
  '&x',
  '|',
  '>',
  "'",
  '"',
  '${{ vars.X }}',
]

/** Text that a workflow can hold, and YAML, shells, Mermaid and DOT might stumble over. */
export const arbitraryText = fc.oneof(
  fc.constantFrom(...NASTY, '$${{', ' x ', 'a\n  b\n\n', '\ta\r\n', '\u0085\u2028', '---\n...', '%YAML 1.1'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !text.includes('\0')),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((text) => !text.includes('\0')),
)

/** An id or a name. */
export const arbitraryId = fc
  .oneof(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), arbitraryText)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
  .filter((text) => !/[\u0000-\u001f\u007f-\u009f]/.test(text) && text !== '__proto__')

const durationMs = fc.nat(10 ** 9)

const arbitraryBackoff: fc.Arbitrary<Backoff> = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  fc.record({ kind: fc.constant('fixed' as const), delayMs: durationMs }),
  fc.record(
    { kind: fc.constant('exponential' as const), baseMs: durationMs, maxMs: durationMs, jitter: fc.boolean() },
    { requiredKeys: ['kind', 'baseMs', 'maxMs'] },
  ),
)

const arbitraryPayload = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(null, true, false, 0, -1.5, 1e21, Number.MAX_SAFE_INTEGER),
    arbitraryText,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      arbitraryText.filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
})).value

/** A job that needs some of those before it. */
function arbitraryJob(id: string, before: readonly string[]): fc.Arbitrary<WorkflowJob> {
  return fc.record(
    {
      id: fc.constant(id),
      name: fc.oneof(fc.constant(id), arbitraryId),
      needs: before.length === 0 ? fc.constant([]) : fc.uniqueArray(fc.constantFrom(...before), { maxLength: 4 }),
      command: arbitraryText,
      payload: arbitraryPayload,
      labels: fc
        .uniqueArray(fc.stringMatching(/^[A-Za-z0-9._:/=-]{1,8}$/), { maxLength: 4 })
        .map((labels) => labels.sort()),
      priority: fc.nat(1000),
      retryPolicy: fc.record({ maxRetries: fc.nat(100), backoff: arbitraryBackoff }),
      timeoutMs: durationMs.map((ms) => ms + 1),
      condition: fc.constantFrom('success', 'failure', 'always'),
      continueOnError: fc.boolean(),
    },
    {
      requiredKeys: [
        'id',
        'name',
        'needs',
        'command',
        'labels',
        'priority',
        'retryPolicy',
        'condition',
        'continueOnError',
      ],
    },
  )
}

/** A valid workflow. */
export const arbitraryWorkflow: fc.Arbitrary<Workflow> = fc
  .uniqueArray(arbitraryId, { minLength: 1, maxLength: 8 })
  .chain((ids) =>
    fc.record({
      name: arbitraryId,
      failFast: fc.boolean(),
      jobs: fc.tuple(...ids.map((id, index) => arbitraryJob(id, ids.slice(0, index)))),
    }),
  )
