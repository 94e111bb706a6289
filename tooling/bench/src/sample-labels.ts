/** So many labels. */
export function labels(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `l${index}`)
}

/** Different sets of three of the 32 labels, 1,000 of them. */
export const LABEL_TRIPLES = triples(1000)

function triples(count: number): string[][] {
  const all = labels(32)
  const sets: string[][] = []
  for (const [left, first] of all.entries()) {
    for (const [middle, second] of all.slice(0, left).entries()) {
      for (const third of all.slice(0, middle)) sets.push([first, second, third])
    }
  }
  return sets.slice(0, count)
}
