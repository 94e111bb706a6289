/** Keys and list positions from the top of a definition. */
export type ProblemPath = readonly (string | number)[]

/** Writes a path for people: `jobs.build.needs[1]`, with keys that are not plain words in brackets and quotes. */
export function formatPath(path: ProblemPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      if (!/^[\w$-]+$/.test(part)) return `[${JSON.stringify(part)}]`
      return index === 0 ? part : `.${part}`
    })
    .join('')
}
