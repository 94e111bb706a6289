/** Tells whether the sources import a file as text. */
export function isTextFile(name: string): boolean {
  return /\.(sql|lua)$/.test(name)
}

/** Writes a module whose default export is a text. */
export function textModule(text: string): string {
  return `export default ${JSON.stringify(text)}`
}
