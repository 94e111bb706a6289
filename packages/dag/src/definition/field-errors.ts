import { didYouMean } from '../suggestion.ts'

/** The part of a zod issue that a message is made from. */
interface Issue {
  readonly code?: string
  readonly input?: unknown
  readonly keys?: readonly string[]
}

/** Between the messages of several unknown keys, which zod reports as one issue. */
export const MESSAGE_SEPARATOR = '\n'

/** Makes the error of a field from what it must be, as in "a whole number from 0 to 100". */
export function mustBe(what: string): { error: (issue: Issue) => string } {
  return {
    error: ({ input }) => {
      if (input === undefined) return `must be ${what}, and is missing`
      return `must be ${what}, ${input === null ? 'and is empty' : `not ${shown(input)}`}`
    },
  }
}

/** Like `mustBe` for text, with advice for values that YAML takes for a number or a boolean. */
export function mustBeText(what: string): { error: (issue: Issue) => string } {
  const plain = mustBe(what)
  return {
    error: (issue) => {
      const { input } = issue
      const quotable = typeof input === 'number' || typeof input === 'boolean'
      return quotable ? `${plain.error(issue)}; quote it to make it text: "${input}"` : plain.error(issue)
    },
  }
}

/** Makes the error of the field that tells the kinds of a mapping apart. */
export function mustBeKind(field: string, kinds: string): { error: (issue: Issue) => string } {
  const { error } = mustBe(kinds)
  return { error: ({ input }) => error({ input: Object(input)[field] }) }
}

/** Makes the errors of a mapping with fixed keys: for another kind of value, and for keys that it does not have. */
export function mustHave(what: string, known: readonly string[]): { error: (issue: Issue) => string } {
  const plain = mustBe(what)
  return {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? (issue.keys ?? []).map((key) => unknownKey(key, known)).join(MESSAGE_SEPARATOR)
        : plain.error(issue),
  }
}

function unknownKey(key: string, known: readonly string[]): string {
  const advice = Object.hasOwn(ADVICE, key) ? ADVICE[key] : undefined
  return advice === undefined ? `unknown key${didYouMean(key, known)}` : `unknown key; ${advice}`
}

/** What to do instead of keys that people know from other systems. */
const ADVICE: Readonly<Record<string, string>> = {
  on: 'a workflow runs when it is started, not on events: remove it',
  uses: 'actions are not supported: write their commands as "run"',
  with: 'a handler gets its data from "payload", a script from "env"',
  strategy: 'there is no matrix: write one job for each combination',
  matrix: 'there is no matrix: write one job for each combination',
  'timeout-minutes': 'write "timeout" with a unit, as in "timeout: 5m"',
  'timeout-seconds': 'write "timeout" with a unit, as in "timeout: 90s"',
  'working-directory': 'use "cd" in "run"; it holds for the steps that follow, too',
  shell: 'scripts run in the shell of the worker: remove it',
  outputs: 'a job hands over what its script writes to "$SLUICE_OUTPUT": remove it',
  script: 'write "run"',
  command: 'write "run"',
  tags: 'write "labels"',
  dependsOn: 'write "needs"',
  'depends-on': 'write "needs"',
  depends_on: 'write "needs"',
  condition: 'write "if"',
  when: 'write "if"',
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a mapping'
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value)
}
