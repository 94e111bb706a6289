import type { Workflow } from '../workflow.ts'

/**
 * Draws a workflow in Graphviz's DOT language. An arrow leads from a job to those that need it; it is dashed, and says so, where
 * they run after a failure or in any case.
 */
export function toDot(workflow: Workflow): string {
  const nodes = workflow.jobs.map(({ id, name }) => `  ${quote(id)} [label=${quote(name)}];`)
  const arrows = workflow.jobs.flatMap(({ id, needs, condition }) => {
    const style = condition === 'success' ? '' : ` [style=dashed, label=${condition}]`
    return needs.map((needed) => `  ${quote(needed)} -> ${quote(id)}${style};`)
  })
  const head = [`digraph ${quote(workflow.name)} {`, '  rankdir=LR;', '  node [shape=box];']
  return `${[...head, ...nodes, ...arrows, '}'].join('\n')}\n`
}

/** In labels Graphviz also reads backslash escapes and HTML entities. */
function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;')}"`
}
