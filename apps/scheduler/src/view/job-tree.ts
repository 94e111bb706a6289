import { countEnded, type JobView, type RunModel, type Stage } from '../run/run-model.ts'
import { type JobLineLayout, jobLine } from './job-line.ts'
import { spinner, stateSign } from './job-look.ts'
import { type Line, padText, type Span, span, textColumns } from './line.ts'
import { progressBar } from './progress-bar.ts'
import { countOf, formatCount } from './words.ts'

const FAILURES_SHOWN = 5
const SUCCESSES_SHOWN = 3
const BAR_COLUMNS = 16

/** The space for the tree, and the moment that it shows. */
export interface TreeLayout {
  readonly columns: number
  readonly rows: number
  /** What `widestId` gives. */
  readonly widestId: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Consecutive stages that share a line because nothing happens in them, or a single stage. */
interface Branch {
  readonly phase: Phase
  readonly stages: readonly Stage[]
  /** The place of the first one. */
  readonly from: number
}

type Phase = 'waiting' | 'running' | 'ended'

/**
 * Draws the jobs in the order of their stages: each on a line where they all have one, else what happens now under a line for each
 * stage, and, where the stages are too many, those in which nothing happens put together.
 */
export function jobTree(model: RunModel, { columns, rows, widestId, now }: TreeLayout): Line[] {
  const layout = { now, idColumns: Math.max(8, Math.min(widestId + 2, Math.floor(columns * 0.4))) }
  return model.jobs.size <= rows ? wholeTree(model, layout) : busyTree(model, rows, layout)
}

function wholeTree(model: RunModel, layout: JobLineLayout): Line[] {
  return model.stages.flatMap(({ jobs }) =>
    jobs.map((job, index) => jobLine(model, job, sideBySide(index, jobs.length), layout)),
  )
}

/** Counts the columns of the widest id; once for a run, so that nothing moves sideways between frames. */
export function widestId(model: RunModel): number {
  let widest = 0
  for (const id of model.jobs.keys()) widest = Math.max(widest, textColumns(id))
  return widest
}

/** A bracket around the jobs of one stage. */
function sideBySide(index: number, count: number): string {
  if (count === 1) return '  '
  if (index === 0) return '┌ '
  return index === count - 1 ? '└ ' : '│ '
}

function busyTree(model: RunModel, rows: number, layout: JobLineLayout): Line[] {
  const branches = branchesOf(model, Math.max(1, Math.floor(rows / 2)))
  const isAlone = (job: JobView) => branches.length > 0 && model.stages[job.stage]?.jobs.length === 1
  const { jobs, hidden } = busyJobs(model, rows - branches.length, isAlone)
  const more = hidden > 0 ? [[span(`  … ${formatCount(hidden)} more running`, 'dim')]] : []
  if (branches.length === 0) return [...jobs.map((job) => jobLine(model, job, '', layout)), ...more]
  const lines = branches.flatMap((branch) => {
    const { from, stages } = branch
    const own = jobs.filter(({ stage }) => stage >= from && stage < from + stages.length)
    const leaves = own.map((job, index) => jobLine(model, job, index === own.length - 1 ? '└ ' : '├ ', layout))
    return [branchLine(model, branch, layout), ...leaves]
  })
  return [...lines, ...more]
}

/** Gives each stage a branch, else each run of stages in one phase; no branches at all where these are still too many. */
function branchesOf(model: RunModel, most: number): Branch[] {
  const mayMerge = model.stages.length > most
  const branches: { phase: Phase; stages: Stage[]; from: number }[] = []
  for (const [from, stage] of model.stages.entries()) {
    const phase = phaseOf(stage)
    const last = branches.at(-1)
    if (mayMerge && last?.phase === phase && phase !== 'running') last.stages.push(stage)
    else if (branches.push({ phase, stages: [stage], from }) > most) return []
  }
  return branches
}

function phaseOf({ jobs, counts }: Stage): Phase {
  const ended = countEnded(counts)
  if (ended === jobs.length) return 'ended'
  return ended + counts.running > 0 ? 'running' : 'waiting'
}

/**
 * Picks the jobs worth a line: the last failures, all that run if there is space, and the last successes in what is left.
 *
 * @param isAlone Tells whether a job has a line as the only one of its stage.
 */
function busyJobs(
  model: RunModel,
  rows: number,
  isAlone: (job: JobView) => boolean,
): { readonly jobs: JobView[]; readonly hidden: number } {
  const failures = Math.min(FAILURES_SHOWN, Math.floor(rows / 3))
  const failed = failures > 0 ? model.failed.filter((job) => !isAlone(job)).slice(-failures) : []
  const space = Math.max(0, rows - failed.length)
  const running = [...model.active].filter((job) => !isAlone(job))
  const fits = running.length <= space
  const active = running.slice(0, fits ? space : Math.max(0, space - 1))
  const successes = model.finish ? 0 : Math.min(SUCCESSES_SHOWN, space - active.length)
  const recent = model.recentlySucceeded.filter((job) => !isAlone(job))
  const succeeded = fits && successes > 0 ? recent.slice(-successes) : []
  return { jobs: [...failed, ...succeeded, ...active], hidden: running.length - active.length }
}

function branchLine(model: RunModel, { stages, phase }: Branch, layout: JobLineLayout): Line {
  const [stage, ...others] = stages as readonly [Stage, ...Stage[]]
  const sign = branchSign(phase, stages, layout.now)
  if (others.length > 0) {
    const size = stages.reduce((sum, { jobs }) => sum + jobs.length, 0)
    return [sign, span(` ${countOf(stages.length, 'stage')}, ${countOf(size, 'job')}`)]
  }
  const [job, ...siblings] = stage.jobs as readonly [JobView, ...JobView[]]
  if (siblings.length === 0) return jobLine(model, job, '', layout)
  const title = span(padText(stage.title, layout.idColumns + 1), phase === 'waiting' ? 'dim' : 'bold')
  return [sign, span(' '), title, ...progressBar(stage.counts, BAR_COLUMNS), ...tally(stage)]
}

function branchSign(phase: Phase, stages: readonly Stage[], now: number): Span {
  if (phase === 'running') return spinner(now)
  if (phase === 'waiting') return stateSign('blocked')
  const worst = (['failed', 'cancelled', 'skipped'] as const).find((state) =>
    stages.some(({ counts }) => counts[state] > 0),
  )
  return stateSign(worst ?? 'succeeded')
}

function tally({ jobs, counts }: Stage): Line {
  const spans = [span(`  ${formatCount(countEnded(counts))}/${formatCount(jobs.length)}`)]
  if (counts.failed > 0) spans.push(span(`  ${formatCount(counts.failed)} failed`, 'red'))
  return spans
}
