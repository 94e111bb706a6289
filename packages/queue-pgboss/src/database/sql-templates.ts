import { createHash } from 'node:crypto'
import type { Statement } from './session.ts'

/** Texts that are no constants of this package, and so are remembered only up to a number. */
const MAX_NAMED = 1000

/** Fills in the schemas of one database, and names statements so that the server prepares each once for a connection. */
export class SqlTemplates {
  readonly #placeholders: Readonly<Record<string, string>>
  readonly #constants = new Map<string, Statement>()
  readonly #named = new Map<string, Statement>()

  /** @param placeholders What stands in the place of `{{name}}`, as it is. */
  constructor(placeholders: Readonly<Record<string, string>>) {
    this.#placeholders = placeholders
  }

  /** Makes the statement of a `.sql` file; a constant, because each text is remembered. */
  render(template: string | Statement): Statement {
    if (typeof template !== 'string') return template
    let statement = this.#constants.get(template)
    if (statement === undefined) {
      const text = this.fill(withoutComments(template))
      statement = { text, name: nameOf(text) }
      this.#constants.set(template, statement)
    }
    return statement
  }

  /** Names a text that was made at run time; the first thousand of them. */
  named(text: string): Statement {
    let statement = this.#named.get(text)
    if (statement === undefined) {
      if (this.#named.size >= MAX_NAMED) return { text }
      statement = { text, name: nameOf(text) }
      this.#named.set(text, statement)
    }
    return statement
  }

  fill(template: string): string {
    return template.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => {
      const value = this.#placeholders[name]
      if (value === undefined) throw new Error(`nothing is known to stand for ${placeholder}`)
      return value
    })
  }
}

/** Adapters of other libraries take the `$1` of a comment for a parameter. */
export function withoutComments(template: string): string {
  return template.replace(/^\s*--.*\n/gm, '').trim()
}

/** The same name for the same text in every process: connections of a shared pool meet statements of several handles. */
function nameOf(text: string): string {
  return `sluice_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
}
