/** A definition with a mistake, and what the parser says of it. */
export interface MalformedWorkflow {
  readonly title: string
  readonly text: string
  /** The lines of the message, without the name of the file before each. */
  readonly messages: readonly string[]
}

export function lines(...parts: string[]): string {
  return `${parts.join('\n')}\n`
}

/** A workflow of one job. */
export function job(...fields: string[]): string {
  return lines('jobs:', '  build:', ...fields.map((field) => `    ${field}`))
}
