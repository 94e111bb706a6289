import { once } from 'node:events'
import { type ResourceLimits, Worker } from 'node:worker_threads'
import { type ParseWorkflowOptions, type Workflow, WorkflowDefinitionError, type WorkflowProblem } from '@sluice/dag'

/** What the thread is given. */
export interface TextToParse {
  readonly text: string
  readonly options: ParseWorkflowOptions
}

/** What the thread found: the workflow as JSON, or all that is wrong with it. */
export type ParsedText = { readonly workflow: string } | { readonly problems: readonly WorkflowProblem[] }

/** The sources run as they are, and a build has the thread beside all else. */
const THREAD = import.meta.url.endsWith('.ts')
  ? { url: new URL('parsing-thread.ts', import.meta.url), execArgv: ['--conditions=@sluice/source'] }
  : { url: new URL('parsing-thread.js', import.meta.url) }

/**
 * Parses a workflow as `parseWorkflow` does, in a thread of its own, which ends with it.
 *
 * @throws {WorkflowDefinitionError}
 * @throws {Error} with the code `ERR_WORKER_OUT_OF_MEMORY` beyond the limits, or the signal's reason once it aborts.
 */
export async function parseInThread(
  { text, options }: TextToParse,
  { resourceLimits, signal }: { readonly resourceLimits: ResourceLimits; readonly signal: AbortSignal },
): Promise<Workflow> {
  const { url, ...threadOptions } = THREAD
  const thread = new Worker(url, { ...threadOptions, workerData: { text, options }, resourceLimits })
  try {
    const [parsed]: ParsedText[] = await once(thread, 'message', { signal })
    if (parsed !== undefined && 'workflow' in parsed) return JSON.parse(parsed.workflow)
    throw new WorkflowDefinitionError(parsed?.problems ?? [], options.file)
  } finally {
    await thread.terminate()
  }
}
