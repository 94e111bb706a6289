import type { RunJobReason, RunJobState } from '@sluice/core'
import { formatDuration } from '../duration-format.ts'
import type { FailedJob, RetriedJob, RunReport, StoppedJob } from '../run/run-report.ts'
import { RETRY_LOOK, stateSign } from './job-look.ts'
import { type Line, type Span, span } from './line.ts'
import { shownLogText } from './log-text.ts'
import { countOf, failureText, formatCount, listSome, reasonText } from './words.ts'

const JOBS_SHOWN = 20
const LOG_LINES_SHOWN = 10
const IDS_SHOWN = 5
const PATH_SHOWN = 7

/** Tells how a run ended: what failed, what did not run and why, what was retried, and how long it took of how long it must. */
export function summaryLines(report: RunReport): Line[] {
  return [
    ...section('Failed', report.failed, failedLines),
    ...stoppedSection(report),
    ...section('Retried', report.retried, retriedLines),
    resultLine(report),
    ...timingLines(report),
  ]
}

function section<Item>(title: string, items: readonly Item[], linesOf: (item: Item) => Line[]): Line[] {
  if (items.length === 0) return []
  const hidden = items.length - JOBS_SHOWN
  const more = hidden > 0 ? [[span(`  … and ${formatCount(hidden)} more`, 'dim')]] : []
  return [[span(title, 'bold')], ...items.slice(0, JOBS_SHOWN).flatMap(linesOf), ...more, []]
}

function failedLines({ jobId, attempts, durationMs, failure, isTolerated, lastLogLines }: FailedJob): Line[] {
  // The worker notes in the log why it stopped a job, which is the failure that is told before it.
  const told = failureText(failure)
  const lines = lastLogLines.filter((line) => line !== told).slice(-LOG_LINES_SHOWN)
  const facts = [
    attempts > 1 ? `after ${countOf(attempts, 'attempt')}` : '',
    durationMs === undefined ? '' : `in ${formatDuration(durationMs)}`,
    isTolerated ? '(tolerated)' : '',
  ].filter((fact) => fact !== '')
  const head = [
    span('  '),
    stateSign('failed'),
    span(` ${jobId}`, 'bold'),
    span(` ${facts.join(' ')}`, 'dim'),
    span(`: ${told}`, 'red'),
  ]
  const log = lines.map((line) => [span('    │ ', 'dim'), span(shownLogText(line))])
  return [head, ...log]
}

function stoppedSection({ skipped, cancelled }: RunReport): Line[] {
  const ends = new Map<string, RunJobState>([
    ...skipped.map(({ jobId }) => [jobId, 'skipped'] as const),
    ...cancelled.map(({ jobId }) => [jobId, 'cancelled'] as const),
  ])
  const groups = [...byReason(skipped, 'skipped', ends), ...byReason(cancelled, 'cancelled', ends)]
  return section('Not run to the end', groups, (group) => [group])
}

/** One line for all that was stopped for the same reason. */
function byReason(
  jobs: readonly StoppedJob[],
  state: 'skipped' | 'cancelled',
  ends: ReadonlyMap<string, RunJobState>,
): Line[] {
  const groups = Map.groupBy(jobs, ({ reason }) => reasonKey(reason))
  return [...groups.values()].map((group) => {
    const ids = group.map(({ jobId }) => jobId)
    const why = ` ${state} ${reasonText(group[0]?.reason, (id) => ends.get(id))}`.trimEnd()
    return [span('  '), stateSign(state), span(` ${listSome(ids, IDS_SHOWN)}`), span(why, 'dim')]
  })
}

function reasonKey(reason: RunJobReason | undefined): string {
  return reason && 'because' in reason ? `${reason.kind} ${reason.because}` : (reason?.kind ?? '')
}

function retriedLines({ jobId, attempts, succeeded, failures }: RetriedJob): Line[] {
  const end = succeeded ? `succeeded on attempt ${attempts}` : `took ${countOf(attempts, 'attempt')}`
  const first = failures[0]
  return [
    [
      span('  '),
      span(RETRY_LOOK.sign, RETRY_LOOK.style),
      span(` ${jobId} ${end}`),
      span(first ? `, first: ${failureText(first)}` : '', 'dim'),
    ],
  ]
}

function resultLine({ workflow, status, interruptedBy, counts, timing }: RunReport): Line {
  const style = ({ succeeded: 'green', failed: 'red', cancelled: 'yellow', running: 'cyan' } as const)[status]
  const by = status === 'cancelled' && interruptedBy ? ` by ${interruptedBy}` : ''
  const parts = (['succeeded', 'failed', 'skipped', 'cancelled'] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => `${formatCount(counts[state])} ${state}`)
  return [
    stateSign(status),
    span(' '),
    span(workflow, 'bold'),
    span(` ${status}${by} in ${formatDuration(timing.makespanMs)}`, style),
    span(parts.length > 0 ? `  ${parts.join(', ')}` : '', 'dim'),
  ]
}

function timingLines({ status, timing }: RunReport): Line[] {
  const { makespanMs, workMs, concurrency, criticalPath, lowerBoundMs } = timing
  if (workMs === 0 || status === 'cancelled') return []
  const ratio = lowerBoundMs > 0 ? `; the run took ${(makespanMs / lowerBoundMs).toFixed(2)} times as long` : ''
  const path = fact('critical path', criticalPath.durationMs, pathText(criticalPath.jobs))
  if (concurrency === undefined) {
    return [
      path,
      fact('work', workMs, 'on all workers'),
      fact('lower bound', lowerBoundMs, `the critical path${ratio}`),
    ]
  }
  const share = formatDuration(workMs / concurrency)
  return [
    path,
    fact('work', workMs, `${concurrency} at once, so at least ${share}`),
    fact('lower bound', lowerBoundMs, `the longer of the two${ratio}`),
  ]
}

function fact(name: string, durationMs: number, note: string): Line {
  const spans: Span[] = [span(`  ${name.padEnd(13)}`, 'dim'), span(formatDuration(durationMs).padStart(8))]
  return [...spans, span(`  ${note}`, 'dim')]
}

function pathText(jobs: readonly string[]): string {
  if (jobs.length <= PATH_SHOWN) return jobs.join(' → ')
  const hidden = jobs.length - PATH_SHOWN + 1
  return [...jobs.slice(0, PATH_SHOWN - 2), `(${formatCount(hidden)} more)`, jobs.at(-1)].join(' → ')
}
