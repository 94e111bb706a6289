const DEEPEST_CAUSE = 8

/**
 * The stack of what was thrown, followed by those of its causes.
 *
 * Without the other properties of an error: those of an HTTP client may hold a request with its credentials.
 */
export function errorStack(thrown: unknown): string {
  const stacks: string[] = []
  let error = thrown
  while (error instanceof Error && stacks.length <= DEEPEST_CAUSE) {
    stacks.push(error.stack ?? `${error.name}: ${error.message}`)
    error = error.cause
  }
  return stacks.join('\ncaused by ')
}
