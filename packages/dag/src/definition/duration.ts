const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/** A duration as text: `90s`, `1.5h`, `1h30m`, `250ms`; units from the longest to the shortest, none twice. */
export const DURATION_PATTERN = new RegExp(
  `^(?=\\d)${Object.keys(UNITS_MS)
    .map((unit) => `(?:\\d+(?:\\.\\d+)?${unit})?`)
    .join('')}$`,
)

/** Turns a text that fits `DURATION_PATTERN` into whole milliseconds. */
export function parseDuration(text: string): number {
  let durationMs = 0
  for (const [, count, unit] of text.matchAll(/([\d.]+)([a-z]+)/g)) {
    durationMs += Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS]
  }
  return Math.round(durationMs)
}

/** Writes whole milliseconds as the shortest text that `parseDuration` turns back into them. */
export function formatDuration(durationMs: number): string {
  let text = ''
  let leftMs = durationMs
  for (const [unit, unitMs] of Object.entries(UNITS_MS)) {
    const count = Math.floor(leftMs / unitMs)
    if (count > 0) text += `${count}${unit}`
    leftMs -= count * unitMs
  }
  return text === '' ? '0s' : text
}
