import { toDot, toMermaid } from '@sluice/dag'
import { EXIT } from '../exit-code.ts'
import { readWorkflow } from '../source-file.ts'

/** The options of `sluice graph`. */
export interface GraphOptions {
  readonly format: 'mermaid' | 'dot'
  readonly var?: Readonly<Record<string, string>>
}

/** Prints the graph of a workflow, for another program to draw. */
export async function graphCommand(file: string, options: GraphOptions): Promise<number> {
  const workflow = await readWorkflow(file, options.var ?? {})
  const graph = options.format === 'dot' ? toDot(workflow) : toMermaid(workflow)
  process.stdout.write(graph.endsWith('\n') ? graph : `${graph}\n`)
  return EXIT.succeeded
}
