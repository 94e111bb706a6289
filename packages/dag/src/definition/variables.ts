import type { ProblemPath } from '../problem-path.ts'
import { didYouMean } from '../suggestion.ts'
import type { WorkflowProblem } from '../workflow-definition-error.ts'

/** Values by name. */
export type Variables = Readonly<Record<string, string>>

/** `$${{`, which stands for `${{` itself; or `${{ … }}`; or a `${{` that nothing closes. */
const EXPRESSION = /\$\$\{\{|\$\{\{(?:(.*?)\}\})?/gs

/**
 * Puts values in the place of `${{ vars.NAME }}` in the names, scripts, env and payloads of a definition, well-formed or not.
 *
 * The definition stays as it is; the copy lacks what the problems are about.
 */
export function expandVariables(
  definition: unknown,
  variables: Variables,
): { readonly value: unknown; readonly problems: readonly WorkflowProblem[] } {
  const problems: WorkflowProblem[] = []
  const expand = (value: unknown, path: ProblemPath): unknown => {
    if (typeof value === 'string') return mayHaveVariables(path) ? expandText(value, path) : value
    if (Array.isArray(value)) return value.map((item, index) => expand(item, [...path, index]))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item, [...path, key])]))
  }
  const expandText = (text: string, path: ProblemPath) =>
    text.replaceAll(EXPRESSION, (expression, inner?: string) => {
      if (expression === '$${{') return '${{'
      const name = inner === undefined ? undefined : /^\s*vars\.([A-Za-z_][\w-]*)\s*$/.exec(inner)?.[1]
      if (name !== undefined && Object.hasOwn(variables, name)) return variables[name] as string
      problems.push({ path, message: name === undefined ? unsupported(expression) : unknown(name, variables) })
      return expression
    })
  return { value: expand(definition, []), problems }
}

/** Writes a text such that expanding its variables gives it back. */
export function escapeVariables(text: string): string {
  return text.replaceAll('${{', '$$${{')
}

function mayHaveVariables([first, , field, , stepField]: ProblemPath): boolean {
  if (first !== 'jobs') return first === 'name' || first === 'env'
  const name = field === 'steps' ? stepField : field
  return name === 'name' || name === 'run' || name === 'env' || (name === 'payload' && field === 'payload')
}

function unknown(name: string, variables: Variables): string {
  const hint = didYouMean(name, Object.keys(variables))
  return `unknown variable "${name}"${hint || `; give it a value, as in --var ${name}=…`}`
}

function unsupported(expression: string): string {
  const problem = expression === '${{' ? `"\${{" has no "}}"` : `"${expression}" is not supported`
  return `${problem}; write \${{ vars.NAME }} for a variable, or $\${{ for the characters \${{`
}
