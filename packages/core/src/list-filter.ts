import { ValidationError } from './errors.ts'

/**
 * Checks a value against those that are allowed.
 *
 * @throws {ValidationError}
 */
export function parseOneOf<Value>(value: Value, field: string, allowed: readonly Value[]): Value {
  if (!allowed.includes(value)) throw new ValidationError(field, `must be one of ${allowed.join(', ')}`)
  return value
}

/**
 * Checks a list of values against those that are allowed; `null` where none is given.
 *
 * @throws {ValidationError}
 */
export function parseFilter<Value>(
  values: readonly Value[] | undefined,
  field: string,
  allowed: readonly Value[],
): ReadonlySet<Value> | null {
  if (values === undefined) return null
  if (!Array.isArray(values)) throw new ValidationError(field, `must be an array of ${allowed.join(', ')}`)
  return new Set(values.map((value, index) => parseOneOf(value, `${field}[${index}]`, allowed)))
}
