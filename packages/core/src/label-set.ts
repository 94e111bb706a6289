/** What one label may be. */
export const LABEL_PATTERN = /^[A-Za-z0-9._:/=-]{1,64}$/

/**
 * Sorts labels and drops repetitions, so that equal sets are equal lists.
 *
 * Sorts by UTF-16 code unit, like `Array.prototype.sort`, independent of locale.
 */
export function canonicalLabelSet(labels: readonly string[]): readonly string[] {
  for (let index = 1; index < labels.length; index++) {
    if ((labels[index - 1] as string) >= (labels[index] as string)) return [...new Set(labels)].sort()
  }
  return labels.length === 0 ? EMPTY : [...labels]
}

const EMPTY: readonly string[] = Object.freeze([])

/** Names a canonical label set as one string; no label contains the separator. */
export function labelSetKey(canonical: readonly string[]): string {
  return canonical.join(',')
}

/** Turns the name of a label set back into its labels. */
export function parseLabelSetKey(key: string): readonly string[] {
  return key === '' ? EMPTY : key.split(',')
}

/** Tells whether a worker's labels include all that a job requires. Both sets must be canonical. */
export function isLabelSubset(required: readonly string[], available: readonly string[]): boolean {
  let at = 0
  for (const label of required) {
    while (at < available.length && (available[at] as string) < label) at++
    if (available[at] !== label) return false
    at++
  }
  return true
}
