import { QueueClosedError } from '@sluice/core'
import { type ParseWorkflowOptions, parseWorkflow, type Workflow } from '@sluice/dag'
import { OpenCalls } from '../open-calls.ts'
import { RequestError } from '../request-error.ts'
import { parseInThread } from './parse-in-thread.ts'

/** A workflow as a request brings it. */
export interface WorkflowSource {
  readonly workflow: string | Readonly<Record<string, unknown>>
  readonly file?: string | undefined
  readonly inputs?: Readonly<Record<string, string>> | undefined
}

/** What reading a text may cost. */
export interface ReaderLimits {
  /** UTF-16 code units up to which a text is read at once. Defaults to 16,384, which take some ten milliseconds. */
  readonly maxInlineLength: number
  /** Memory that reading a text may take, in MiB. Defaults to 1,024, enough for some 100,000 jobs. */
  readonly maxMemoryMib: number
  /** How long reading a text may take, in milliseconds. Defaults to one minute. */
  readonly maxDurationMs: number
  /** Long texts at once, one of which is read and the others wait; of one caller half of them. Defaults to 16. */
  readonly maxTexts: number
}

const DEFAULT_LIMITS: ReaderLimits = {
  maxInlineLength: 16_384,
  maxMemoryMib: 1024,
  maxDurationMs: 60_000,
  maxTexts: 16,
}

/**
 * Reads the workflows of requests, long texts in a thread, so that the server answers others meanwhile.
 *
 * A text costs many times what the same workflow costs as an object, because each part of it is known by its line.
 */
export class WorkflowReader {
  readonly #limits: ReaderLimits
  readonly #texts: OpenCalls
  readonly #closed: AbortSignal
  /** Resolves when the text that came last is read; one at a time bounds the memory. */
  #last: Promise<unknown> = Promise.resolve()

  /** @param closed Ends what is being read, and what waits for that, once it aborts. */
  constructor(closed: AbortSignal, limits: Partial<ReaderLimits> = {}) {
    this.#closed = closed
    this.#limits = { ...DEFAULT_LIMITS, ...limits }
    this.#texts = new OpenCalls(this.#limits.maxTexts, 'TOO_MANY_WAITING', 'requests with long workflows')
  }

  /**
   * Reads the workflow of a request.
   *
   * @param caller By whom texts are counted.
   * @throws {WorkflowDefinitionError} with all that is wrong with it.
   * @throws {RequestError} where its text takes too much to read, or too many wait.
   * @throws {QueueClosedError} where the server stops meanwhile.
   */
  async read({ workflow, file, inputs = {} }: WorkflowSource, caller: string): Promise<Workflow> {
    const options = { variables: inputs, ...(file === undefined ? {} : { file }) }
    if (typeof workflow !== 'string' || workflow.length <= this.#limits.maxInlineLength)
      return parseWorkflow(workflow, options)
    const leave = this.#texts.enter(caller)
    const read = this.#last.then(() => this.#readInThread(workflow, options))
    this.#last = read.catch(() => undefined)
    return read.finally(leave)
  }

  async #readInThread(text: string, options: ParseWorkflowOptions): Promise<Workflow> {
    const { maxMemoryMib, maxDurationMs } = this.#limits
    if (this.#closed.aborted) throw new QueueClosedError()
    const timeout = AbortSignal.timeout(maxDurationMs)
    try {
      return await parseInThread(
        { text, options },
        {
          resourceLimits: { maxOldGenerationSizeMb: maxMemoryMib },
          signal: AbortSignal.any([this.#closed, timeout]),
        },
      )
    } catch (error) {
      if (this.#closed.aborted) throw new QueueClosedError()
      if (timeout.aborted) throw tooLarge(`${maxDurationMs / 1000} seconds`)
      if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY')
        throw tooLarge(`${maxMemoryMib} MiB of memory`)
      throw error
    }
  }
}

function tooLarge(spent: string): RequestError {
  const problem = `the text of the workflow takes more than ${spent} to read`
  return new RequestError(
    'BODY_TOO_LARGE',
    `${problem}; send the workflow as a JSON object instead of a text, or split it`,
  )
}
