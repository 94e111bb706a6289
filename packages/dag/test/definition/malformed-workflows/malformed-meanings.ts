// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions are those of workflows.
import { job, lines, type MalformedWorkflow } from './malformed-workflow.ts'

/** Mistakes that only the parser sees. */
export const MALFORMED_MEANINGS: readonly MalformedWorkflow[] = [
  {
    title: 'a timeout of nothing',
    text: job('run: make', 'timeout: 0s'),
    messages: ['4:5: jobs.build.timeout: must be at least 1ms'],
  },
  {
    title: 'a timeout of centuries',
    text: job('run: make', 'timeout: 99999d'),
    messages: ['4:5: jobs.build.timeout: must be at most 3650d'],
  },
  {
    title: 'a job of more than a MiB',
    text: job(`run: ${'x'.repeat(2 ** 20)}`),
    messages: ['2:3: jobs.build: must take at most 1048576 bytes as JSON, not 1048979'],
  },
  {
    title: 'an unknown job with a near one',
    text: lines('jobs:', '  compile: { run: make }', '  test:', '    needs: complie', '    run: make test'),
    messages: ['4:5: jobs.test.needs: unknown job "complie"; did you mean "compile"?'],
  },
  {
    title: 'an unknown job in a list',
    text: lines('jobs:', '  compile: { run: make }', '  test: { run: make test, needs: [compile, fetch] }'),
    messages: ['3:44: jobs.test.needs[1]: unknown job "fetch"'],
  },
  {
    title: 'a job needed twice',
    text: lines('jobs:', '  compile: { run: make }', '  test: { run: make test, needs: [compile, compile] }'),
    messages: ['3:44: jobs.test.needs[1]: job "compile" is listed twice'],
  },
  {
    title: 'a job that needs itself',
    text: job('run: make', 'needs: build'),
    messages: ['4:5: jobs.build.needs: a job cannot need itself'],
  },
  {
    title: 'a cycle',
    text: lines('jobs:', '  a: { run: x, needs: b }', '  b: { run: x, needs: [c] }', '  c: { run: x, needs: [a] }'),
    messages: ['2:16: jobs.a.needs: the jobs need each other in a cycle: a → b → c → a'],
  },
  {
    title: 'a cycle of many jobs behind others',
    text: lines(
      'jobs:',
      '  start: { run: x, needs: j19 }',
      ...Array.from({ length: 20 }, (_, index) => `  j${index}: { run: x, needs: j${(index + 1) % 20} }`),
    ),
    messages: [
      '3:17: jobs.j0.needs: the jobs need each other in a cycle: j0 → j1 → j2 → j3 → j4 → j5 → j6 → j7 → j8 → j9 → j10 → (9 more) → j0',
    ],
  },
  {
    title: 'an unknown variable',
    text: job('run: make ${{ vars.TARGT }}'),
    messages: ['3:5: jobs.build.run: unknown variable "TARGT"; did you mean "TARGET"?'],
  },
  {
    title: 'an unknown variable without a near one',
    text: job('run: make ${{ vars.COLOUR }}'),
    messages: ['3:5: jobs.build.run: unknown variable "COLOUR"; give it a value, as in --var COLOUR=…'],
  },
  {
    title: 'a variable in the payload',
    text: job('run: make', 'payload: { to: ["${{ vars.X }}"] }'),
    messages: ['4:21: jobs.build.payload.to[0]: unknown variable "X"; give it a value, as in --var X=…'],
  },
  {
    title: 'another expression',
    text: job('run: echo ${{ github.sha }}'),
    messages: [
      '3:5: jobs.build.run: "${{ github.sha }}" is not supported; write ${{ vars.NAME }} for a variable, or $${{ for the characters ${{',
    ],
  },
  {
    title: 'an open expression',
    text: job('run: echo ${{ vars.TARGET'),
    messages: [
      '3:5: jobs.build.run: "${{" has no "}}"; write ${{ vars.NAME }} for a variable, or $${{ for the characters ${{',
    ],
  },
]
