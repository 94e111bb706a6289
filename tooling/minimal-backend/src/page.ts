import { ValidationError } from '@sluice/core'

/** Cuts what was read with one row more than the limit; the last row of a page names the place where the next begins. */
export function cutPage<Row>(
  rows: Row[],
  limit: number,
  placeOf: (row: Row) => number,
): [Row[], { nextCursor?: string }] {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return [page, rows.length > limit && last !== undefined ? { nextCursor: String(placeOf(last)) } : {}]
}

/**
 * Reads the place that a cursor names.
 *
 * @throws {ValidationError}
 */
export function parseCursor(cursor: unknown): number | undefined {
  if (cursor === undefined) return undefined
  if (typeof cursor !== 'string' || !/^\d{1,15}$/.test(cursor))
    throw new ValidationError('cursor', 'must be the nextCursor of another page')
  return Number(cursor)
}
