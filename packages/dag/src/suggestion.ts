import leven from 'leven'

/** Ends a message with the candidate that the writer most likely meant, or with nothing if none is near. */
export function didYouMean(written: string, candidates: readonly string[]): string {
  const nearest = nearestOf(written, candidates)
  return nearest === undefined ? '' : `; did you mean ${JSON.stringify(nearest)}?`
}

function nearestOf(written: string, candidates: readonly string[]): string | undefined {
  const target = normalized(written)
  let nearest = candidates.find((candidate) => normalized(candidate) === target)
  if (nearest !== undefined) return nearest
  // Two letters that changed places count as two; of a single letter nothing is left to be near to.
  let distance = written.length < 2 ? 0 : 1 + Math.min(4, Math.ceil(written.length / 3))
  for (const candidate of candidates) {
    const found = leven(written, candidate, { maxDistance: distance })
    if (found >= distance) continue
    nearest = candidate
    distance = found
  }
  return nearest
}

/** What camelCase, kebab-case, snake_case and spaces have in common. */
function normalized(name: string): string {
  return name.replaceAll(/[-_\s]/g, '').toLowerCase()
}
