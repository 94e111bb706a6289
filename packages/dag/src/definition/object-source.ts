import { LIMITS } from '@sluice/core'
import type { ProblemPath } from '../problem-path.ts'
import type { WorkflowProblem } from '../workflow-definition-error.ts'

/** Where a value of a definition comes from: a text, or somebody who had read it already. */
export interface DefinitionSource {
  /** `undefined` where it could not be read. */
  readonly value: unknown
  readonly problems: readonly WorkflowProblem[]
  /** Tells where a path is; nothing where there are no lines. */
  locate(path: ProblemPath): Pick<WorkflowProblem, 'line' | 'column'>
  /** The keys of a mapping, in their order. */
  keysOf(path: ProblemPath): readonly string[]
}

/** The levels of a definition around a payload, generously. */
const LEVELS_AROUND_PAYLOAD = 16

/** Takes what a text would hold, without the text. */
export function objectSource(definition: object): DefinitionSource {
  const levels = LIMITS.jsonDepth + LEVELS_AROUND_PAYLOAD
  const isRead = !isDeeper(definition, levels)
  return {
    value: isRead ? definition : undefined,
    problems: isRead ? [] : [{ path: [], message: `must not nest deeper than ${levels} levels` }],
    locate: () => ({}),
    keysOf: (path) => Object.keys(Object(path.reduce<unknown>((value, key) => Object(value)[key], definition))),
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1))
}
