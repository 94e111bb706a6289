import text from './empty-namespace.sql'

/** The statement that empties a namespace; without a name that which is there by default. */
export function emptyingOf(namespace = 'sluice'): string {
  return text.replaceAll('{{namespace}}', namespace)
}
