import { inspect } from 'node:util'
import { QueueError } from '@sluice/core'
import { WorkflowDefinitionError } from '@sluice/dag'
import { RefusedRequestError, ServerUnreachableError } from './client/request-error.ts'
import { EXIT } from './exit-code.ts'
import { InputError } from './input-error.ts'

/** What to tell of an error, and the exit code that it leads to. */
export interface ErrorReport {
  readonly text: string
  readonly exitCode: number
}

/** Describes an error for people: what they gave in a way that they can mend it, all else in one line. */
export function describeError(error: unknown, env: NodeJS.ProcessEnv = process.env): ErrorReport {
  if (WorkflowDefinitionError.is(error)) return { text: `${error.message}\n`, exitCode: EXIT.invalidInput }
  if (error instanceof InputError || QueueError.is(error, 'VALIDATION'))
    return { text: `sluice: ${error.message}\n`, exitCode: EXIT.invalidInput }
  if (error instanceof RefusedRequestError)
    return { text: `sluice: ${error.message}\n`, exitCode: refusalExitCode(error.problem.status) }
  if (error instanceof ServerUnreachableError) return { text: `sluice: ${error.message}\n`, exitCode: EXIT.unavailable }
  if (env.SLUICE_DEBUG) return { text: `sluice: ${inspect(error)}\n`, exitCode: EXIT.defect }
  const message = error instanceof Error ? error.message : String(error)
  const kind = QueueError.is(error) ? '' : 'unexpected error: '
  const text = `sluice: ${kind}${message}${reasonOf(error)} (SLUICE_DEBUG=1 shows the details)\n`
  return { text, exitCode: EXIT.defect }
}

/** What the driver of a store has to say, which tells a wrong password from a server that is down. */
function reasonOf(error: unknown): string {
  const { cause } = error as Error
  return QueueError.is(error) && cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : ''
}

function refusalExitCode(status: number): number {
  if (status === 401 || status === 403) return EXIT.forbidden
  if (status === 429 || status === 503) return EXIT.unavailable
  return status < 500 ? EXIT.invalidInput : EXIT.defect
}
