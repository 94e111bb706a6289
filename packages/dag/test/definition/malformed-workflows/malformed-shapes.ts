// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions are those of workflows.
import { job, lines, type MalformedWorkflow } from './malformed-workflow.ts'

/** Mistakes that the JSON Schema knows, too. */
export const MALFORMED_SHAPES: readonly MalformedWorkflow[] = [
  {
    title: 'text instead of a mapping',
    text: 'make',
    messages: ['1:1: must be a workflow: a mapping with "jobs", not "make"'],
  },
  {
    title: 'a list instead of a mapping',
    text: lines('- run: make'),
    messages: ['1:1: must be a workflow: a mapping with "jobs", not a list'],
  },
  {
    title: 'no jobs',
    text: lines('name: release'),
    messages: ['1:1: jobs: must be a mapping from ids to jobs, and is missing'],
  },
  {
    title: 'jobs without a value',
    text: lines('jobs:'),
    messages: ['1:1: jobs: must be a mapping from ids to jobs, and is empty'],
  },
  {
    title: 'an empty mapping of jobs',
    text: lines('jobs: {}'),
    messages: ['1:1: jobs: a workflow needs at least one job'],
  },
  {
    title: 'a list of jobs',
    text: lines('jobs:', '  - run: make'),
    messages: ['1:1: jobs: must be a mapping from ids to jobs, not a list'],
  },
  {
    title: 'a job without a value',
    text: lines('jobs:', '  build:'),
    messages: ['2:3: jobs.build: must be a job: a mapping with "run" or "steps", and is empty'],
  },
  {
    title: 'a job that is a text',
    text: lines('jobs:', '  build: make'),
    messages: ['2:3: jobs.build: must be a job: a mapping with "run" or "steps", not "make"'],
  },
  {
    title: 'an empty id',
    text: lines('jobs:', '  "": { run: make }'),
    messages: ['2:3: jobs[""]: must be the id of a job: 1 to 255 characters without line breaks, not ""'],
  },
  {
    title: 'an id with a line break',
    text: lines('jobs:', '  "a\\nb": { run: make }'),
    messages: ['2:3: jobs["a\\nb"]: must be the id of a job: 1 to 255 characters without line breaks, not "a\\nb"'],
  },
  {
    title: 'a long id',
    text: lines('jobs:', `  ${'x'.repeat(256)}: { run: make }`),
    messages: [`2:3: jobs.${'x'.repeat(256)}: must be at most 255 characters, not "${'x'.repeat(59)}…"`],
  },
  {
    title: 'an unknown field of the workflow',
    text: lines('jobs:', '  build: { run: make }', 'failFast: true'),
    messages: ['3:1: failFast: unknown key; did you mean "fail-fast"?'],
  },
  {
    title: 'the trigger of a GitHub workflow',
    text: lines('on: push', 'jobs:', '  build: { run: make }'),
    messages: ['1:1: on: unknown key; a workflow runs when it is started, not on events: remove it'],
  },
  {
    title: 'an unknown field of a job',
    text: job('run: make', 'nedes: [lint]'),
    messages: ['4:5: jobs.build.nedes: unknown key; did you mean "needs"?'],
  },
  {
    title: 'a field that is like no other',
    text: job('run: make', 'icon: hammer'),
    messages: ['4:5: jobs.build.icon: unknown key'],
  },
  {
    title: 'a matrix',
    text: job('run: make', 'strategy: { matrix: { os: [linux] } }'),
    messages: ['4:5: jobs.build.strategy: unknown key; there is no matrix: write one job for each combination'],
  },
  {
    title: 'a timeout in minutes',
    text: job('run: make', 'timeout-minutes: 5'),
    messages: ['4:5: jobs.build.timeout-minutes: unknown key; write "timeout" with a unit, as in "timeout: 5m"'],
  },
  {
    title: 'a field in camelCase',
    text: job('run: make', 'continueOnError: true'),
    messages: ['4:5: jobs.build.continueOnError: unknown key; did you mean "continue-on-error"?'],
  },
  {
    title: 'neither run nor steps',
    text: job('name: Build'),
    messages: ['2:3: jobs.build: must have "run" or "steps"'],
  },
  {
    title: 'both run and steps',
    text: job('run: make', 'steps: [{ run: make }]'),
    messages: ['4:5: jobs.build.steps: must not stand beside "run"; write one of them'],
  },
  {
    title: 'a script that YAML takes for a boolean',
    text: job('run: true'),
    messages: [
      `3:5: jobs.build.run: must be a script, or a handler's name, not true; quote it to make it text: "true"`,
    ],
  },
  {
    title: 'a script without a value',
    text: job('run:'),
    messages: ["3:5: jobs.build.run: must be a script, or a handler's name, and is empty"],
  },
  {
    title: 'an empty script',
    text: job('run: ""'),
    messages: [`3:5: jobs.build.run: must be a script, or a handler's name, not ""`],
  },
  {
    title: 'no steps',
    text: job('steps: []'),
    messages: ['3:5: jobs.build.steps: must have at least one step'],
  },
  {
    title: 'a step without a script',
    text: job('steps:', '  - name: Compile'),
    messages: ['4:9: jobs.build.steps[0].run: must be a script, and is missing'],
  },
  {
    title: 'an action as a step',
    text: job('steps:', '  - uses: actions/checkout@v4'),
    messages: [
      '4:9: jobs.build.steps[0].run: must be a script, and is missing',
      '4:9: jobs.build.steps[0].uses: unknown key; actions are not supported: write their commands as "run"',
    ],
  },
  {
    title: 'a directory for a step',
    text: job('steps:', '  - run: make', '    working-directory: src'),
    messages: [
      '5:9: jobs.build.steps[0].working-directory: unknown key; use "cd" in "run"; it holds for the steps that follow, too',
    ],
  },
  {
    title: 'a payload for steps',
    text: job('steps: [{ run: make }]', 'payload: {}'),
    messages: ['4:5: jobs.build.payload: is for a handler: name the handler in "run", instead of "steps"'],
  },
  {
    title: 'a payload and env',
    text: job('run: resize', 'payload: {}', 'env: { A: 1 }'),
    messages: [
      '5:5: jobs.build.env: is for scripts, and a job with "payload" runs a handler: put the values into "payload"',
    ],
  },
  {
    title: 'a number as what is needed',
    text: job('run: make', 'needs: 7'),
    messages: [
      '4:5: jobs.build.needs: must be the id of a job or a list of them, not 7; quote it to make it text: "7"',
    ],
  },
  {
    title: 'a mapping as what is needed',
    text: job('run: make', 'needs: { lint: true }'),
    messages: ['4:5: jobs.build.needs: must be the id of a job or a list of them, not a mapping'],
  },
  {
    title: 'a list in the list of what is needed',
    text: job('run: make', 'needs: [[lint]]'),
    messages: ['4:13: jobs.build.needs[0]: must be the id of a job, not a list'],
  },
  {
    title: 'a label with a space',
    text: job('run: make', 'labels: [linux, big memory]'),
    messages: ['4:21: jobs.build.labels[1]: must be a label: 1 to 64 of A-Z a-z 0-9 . _ : / = -, not "big memory"'],
  },
  {
    title: 'too many labels',
    text: job('run: make', `labels: [${Array.from({ length: 33 }, (_, index) => `l${index}`)}]`),
    messages: ['4:5: jobs.build.labels: must have at most 32 labels'],
  },
  {
    title: 'labels twice',
    text: job('run: make', 'labels: linux', 'runs-on: linux'),
    messages: ['5:5: jobs.build.runs-on: is another name for "labels"; write one of them'],
  },
  {
    title: 'a name of a variable with a dash',
    text: job('run: make', 'env: { NODE-ENV: test }'),
    messages: [
      `4:12: jobs.build.env.NODE-ENV: must be a variable's name: letters, digits and _, beginning with neither a digit nor SLUICE_, not "NODE-ENV"`,
    ],
  },
  {
    title: 'a reserved name of a variable',
    text: job('run: make', 'env: { SLUICE_OUTPUT: x }'),
    messages: [
      `4:12: jobs.build.env.SLUICE_OUTPUT: must be a variable's name: letters, digits and _, beginning with neither a digit nor SLUICE_, not "SLUICE_OUTPUT"`,
    ],
  },
  {
    title: 'a variable without a value',
    text: job('run: make', 'env:', '  TOKEN:'),
    messages: ['5:7: jobs.build.env.TOKEN: must be text, a number or a boolean, and is empty'],
  },
  {
    title: 'a variable that is a list',
    text: job('run: make', 'env: { PATHS: [a, b] }'),
    messages: ['4:12: jobs.build.env.PATHS: must be text, a number or a boolean, not a list'],
  },
  {
    title: 'a fraction of a retry',
    text: job('run: make', 'retries: 1.5'),
    messages: ['4:5: jobs.build.retries: must be a number of retries, or a mapping with "max" and "backoff", not 1.5'],
  },
  {
    title: 'too many retries',
    text: job('run: make', 'retries: 101'),
    messages: ['4:5: jobs.build.retries: must be a whole number from 0 to 100, not 101'],
  },
  {
    title: 'retries without a number',
    text: job('run: make', 'retries: { backoff: none }'),
    messages: ['4:5: jobs.build.retries.max: must be a whole number from 0 to 100, and is missing'],
  },
  {
    title: 'an unknown backoff',
    text: job('run: make', 'retries: { max: 3, backoff: { kind: linear } }'),
    messages: ['4:35: jobs.build.retries.backoff.kind: must be "none", "fixed" or "exponential", not "linear"'],
  },
  {
    title: 'a backoff in a word',
    text: job('run: make', 'retries: { max: 3, backoff: exponential }'),
    messages: [
      '4:24: jobs.build.retries.backoff: must be "none" or a mapping with "kind": "none", "fixed" or "exponential", not "exponential"',
    ],
  },
  {
    title: 'a backoff without its delay',
    text: job('run: make', 'retries: { max: 3, backoff: { kind: fixed } }'),
    messages: [
      '4:24: jobs.build.retries.backoff.delay: must be a duration with its unit, as in "90s", "5m" or "1h30m", and is missing',
    ],
  },
  {
    title: 'a backoff in milliseconds',
    text: job('run: make', 'retries: { max: 3, backoff: { kind: exponential, baseMs: 1000, max: 1m } }'),
    messages: [
      '4:24: jobs.build.retries.backoff.base: must be a duration with its unit, as in "90s", "5m" or "1h30m", and is missing',
      '4:54: jobs.build.retries.backoff.baseMs: unknown key; did you mean "base"?',
    ],
  },
  {
    title: 'a timeout without a unit',
    text: job('run: make', 'timeout: 5'),
    messages: ['4:5: jobs.build.timeout: must be a duration with its unit, as in "90s", "5m" or "1h30m", not 5'],
  },
  {
    title: 'a timeout with an unknown unit',
    text: job('run: make', 'timeout: 5min'),
    messages: ['4:5: jobs.build.timeout: must be a duration with its unit, as in "90s", "5m" or "1h30m", not "5min"'],
  },
  {
    title: 'a priority out of range',
    text: job('run: make', 'priority: -1'),
    messages: ['4:5: jobs.build.priority: must be a whole number from 0 to 1000, not -1'],
  },
  {
    title: 'a condition that is not there',
    text: job('run: make', 'if: cancelled()'),
    messages: ['4:5: jobs.build.if: must be success(), failure() or always(), not "cancelled()"'],
  },
  {
    title: 'a condition with an expression',
    text: job('run: make', 'if: ${{ success() && failure() }}'),
    messages: ['4:5: jobs.build.if: must be success(), failure() or always(), not "${{ success() && failure() }}"'],
  },
  {
    title: 'a flag in a word',
    text: job('run: make', 'continue-on-error: yes'),
    messages: ['4:5: jobs.build.continue-on-error: must be true or false, not "yes"'],
  },
  {
    title: 'several mistakes at once',
    text: lines(
      'name: [x]',
      'jobs:',
      '  a: { run: x, needs: b, timeout: 5 }',
      '  b: { needs: [c, a], if: never }',
      '  b c: { run: ~ }',
    ),
    messages: [
      '1:1: name: must be the name of the workflow: 1 to 255 characters without line breaks, not a list',
      '3:16: jobs.a.needs: the jobs need each other in a cycle: a → b → a',
      '3:26: jobs.a.timeout: must be a duration with its unit, as in "90s", "5m" or "1h30m", not 5',
      '4:3: jobs.b: must have "run" or "steps"',
      '4:16: jobs.b.needs[0]: unknown job "c"',
      '4:23: jobs.b.if: must be success(), failure() or always(), not "never"',
      `5:10: jobs["b c"].run: must be a script, or a handler's name, and is empty`,
    ],
  },
]
