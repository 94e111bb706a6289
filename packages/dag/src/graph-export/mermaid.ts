import type { Workflow } from '../workflow.ts'

/**
 * Draws a workflow as a Mermaid flowchart. An arrow leads from a job to those that need it; it is dotted, and says so, where they
 * run after a failure or in any case.
 */
export function toMermaid(workflow: Workflow): string {
  const nodeOf = new Map(workflow.jobs.map(({ id }, index) => [id, `j${index}`]))
  const nodes = workflow.jobs.map(({ id, name }) => `  ${nodeOf.get(id)}["${escaped(name)}"]`)
  const arrows = workflow.jobs.flatMap(({ id, needs, condition }) => {
    const arrow = condition === 'success' ? '-->' : `-. ${condition} .->`
    return needs.map((needed) => `  ${nodeOf.get(needed)} ${arrow} ${nodeOf.get(id)}`)
  })
  return `${['flowchart LR', ...nodes, ...arrows].join('\n')}\n`
}

/** Mermaid knows no backslashes: a character that means something to it or to HTML is written by its number. */
function escaped(text: string): string {
  return text.replaceAll(/["#%&<>`\\;]|[^\P{C}\u200d]/gu, (character) => `#${character.codePointAt(0)};`)
}
