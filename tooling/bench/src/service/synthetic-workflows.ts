import { defineWorkflow, type Workflow } from '@sluice/dag'

/** So many chains of equal length, side by side: each job needs the one before it in its chain. */
export function chains(count: number, length: number, handler: string): Workflow {
  const workflow = defineWorkflow({ name: 'chains' })
  for (let step = 0; step < length; step++) {
    for (let chain = 0; chain < count; chain++) {
      const needs = step === 0 ? [] : [`job-${chain}-${step - 1}`]
      workflow.addJob(`job-${chain}-${step}`, { needs, handler })
    }
  }
  return workflow.build()
}

/** A tree whose leaves come first: each job needs so many others, down to so many levels below the root. */
export function tree(width: number, levels: number, handler: string): Workflow {
  const workflow = defineWorkflow({ name: 'tree' })
  const add = (id: string, below: number) => {
    const needs = below === 0 ? [] : childrenOf(id, width)
    for (const child of needs) add(child, below - 1)
    workflow.addJob(id, { needs, handler })
  }
  add('root', levels)
  return workflow.build()
}

/** The ids of the jobs that a job of a tree needs. */
export function childrenOf(id: string, width: number): string[] {
  return Array.from({ length: width }, (_, index) => `${id}-${index}`)
}
