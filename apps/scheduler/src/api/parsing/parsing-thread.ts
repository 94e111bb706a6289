import { parentPort, workerData } from 'node:worker_threads'
import { parseWorkflow, WorkflowDefinitionError } from '@sluice/dag'
import type { ParsedText, TextToParse } from './parse-in-thread.ts'

const { text, options } = workerData as TextToParse

parentPort?.postMessage(parse())

function parse(): ParsedText {
  try {
    // A text costs the other thread less to take over than so many objects.
    return { workflow: JSON.stringify(parseWorkflow(text, options)) }
  } catch (error) {
    if (!WorkflowDefinitionError.is(error)) throw error
    return { problems: error.problems }
  }
}
