/** Writes a duration for people, at the precision that matters at its size: `45ms`, `1.2s`, `1m 05s`, `2h 03m`, `1d 04h`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 99.5) return `${Math.max(0, Math.round(durationMs))}ms`
  const tenths = Math.round(durationMs / 100)
  if (tenths < 600) return `${(tenths / 10).toFixed(1)}s`
  const seconds = Math.round(durationMs / 1000)
  if (seconds < 3600) return pair(seconds, 60, 'm', 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 24 * 60) return pair(minutes, 60, 'h', 'm')
  return pair(Math.round(minutes / 60), 24, 'd', 'h')
}

function pair(count: number, perUnit: number, unit: string, subunit: string): string {
  return `${Math.floor(count / perUnit)}${unit} ${String(count % perUnit).padStart(2, '0')}${subunit}`
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads a duration of one unit, as in `250ms`, `90s`, `15m`, `1.5h` or `30d`; `undefined` for anything else. */
export function parseDurationMs(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  return count === undefined ? undefined : Math.round(Number(count) * (UNITS_MS[unit] as number))
}
