import type { RunJobState } from '@sluice/core'
import type { JobView } from '../run/run-model.ts'
import { type Span, type Style, span } from './line.ts'

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const

/** How long each picture of the spinner stays. */
export const SPINNER_MS = 100

/** The sign and the colour of each state. */
export const LOOKS: Readonly<Record<RunJobState, { readonly sign: string; readonly style: Style }>> = {
  succeeded: { sign: '✔', style: 'green' },
  failed: { sign: '✖', style: 'red' },
  skipped: { sign: '↷', style: 'yellow' },
  cancelled: { sign: '■', style: 'yellow' },
  running: { sign: '●', style: 'cyan' },
  queued: { sign: '○', style: 'blue' },
  blocked: { sign: '·', style: 'dim' },
}

/** The sign between two attempts. */
export const RETRY_LOOK = { sign: '↻', style: 'yellow' } as const

/** The sign of a state, in its colour. */
export function stateSign(state: RunJobState): Span {
  const { sign, style } = LOOKS[state]
  return span(sign, style)
}

/** The sign of a job, which moves while it runs. */
export function jobSign(job: JobView, now: number): Span {
  if (job.retryAt !== undefined) return span(RETRY_LOOK.sign, RETRY_LOOK.style)
  return job.state === 'running' ? spinner(now) : stateSign(job.state)
}

/** The moving sign of something that runs. */
export function spinner(now: number): Span {
  return span(SPINNER[Math.floor(now / SPINNER_MS) % SPINNER.length] as string, 'cyan')
}
