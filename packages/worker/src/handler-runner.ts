import type { Outputs } from '@sluice/core'
import { errorStack } from './error-stack.ts'
import { type Handlers, InvalidPayloadError, type JobHandler } from './handler.ts'
import { PermanentError } from './permanent-error.ts'
import type { RunContext, Runner } from './runner.ts'

const NAMES_SHOWN = 20

/** Runs each job by the handler that its command names. */
export class HandlerRunner implements Runner {
  readonly stopWithinMs: number
  readonly #handlers: ReadonlyMap<string, JobHandler>

  constructor(handlers: Handlers, stopWithinMs: number) {
    this.stopWithinMs = stopWithinMs
    this.#handlers = new Map(Object.entries(handlers))
  }

  async run(context: RunContext): Promise<Outputs> {
    const { job, attempt, workerId, signal, log } = context
    const handler = this.#handlers.get(job.command)
    if (!handler) throw new PermanentError(this.#unknown(job.command))
    try {
      const outputs = await handler({
        job,
        payload: job.payload,
        attempt,
        upstreamOutputs: job.upstreamOutputs ?? {},
        workerId,
        signal,
        log: (line) => log.write('stdout', line.endsWith('\n') ? line : `${line}\n`),
      })
      return outputs ?? {}
    } catch (error) {
      const hasStack = error instanceof Error && !(error instanceof InvalidPayloadError)
      if (hasStack && !signal.aborted) log.write('stderr', `${errorStack(error)}\n`)
      throw error
    }
  }

  #unknown(command: string): string {
    const names = [...this.#handlers.keys()]
    const shown = names.slice(0, NAMES_SHOWN).join(', ')
    const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : ''
    return `no handler "${command}"; this worker has ${shown}${more}`
  }
}
