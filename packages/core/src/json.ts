import { ValidationError } from './errors.ts'
import { LIMITS } from './limits.ts'

/** A value that JSON can carry without loss. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** A deep copy of a JSON value, with a bound on the bytes that `JSON.stringify` would make of it. */
export interface JsonCopy {
  readonly value: JsonValue
  /** Never less than the UTF-8 length of the value's JSON; up to six times more. */
  readonly maxBytes: number
}

/**
 * Copies a JSON value, so that what the caller does to it later changes nothing.
 *
 * Properties that are `undefined` are left out, as `JSON.stringify` does.
 *
 * @throws {ValidationError} naming the path of the first part that JSON cannot carry: a function, a `Date` or another class
 * instance, `NaN`, an infinity, a bigint, a string with a NUL or a lone surrogate, or nesting deeper than `LIMITS.jsonDepth`.
 */
export function copyJson(input: unknown, field: string): JsonCopy {
  const budget = { bytes: 0 }
  const value = copyNode(input, field, 0, budget)
  return { value, maxBytes: budget.bytes }
}

/** Refuses a string that some store could not hold: one with a NUL or a lone surrogate. */
export function checkText(text: string, field: string): void {
  if (text.includes('\0')) throw new ValidationError(field, 'must not contain a NUL character')
  if (!text.isWellFormed()) throw new ValidationError(field, 'must not contain a lone surrogate (broken UTF-16)')
}

/** An upper bound on the JSON bytes of a string: an escaped character takes six, a UTF-16 unit at most three in UTF-8. */
export function maxTextBytes(text: string): number {
  return text.length * 6 + 3
}

/** Sets a property whatever its name; plain assignment of `__proto__` would change the prototype instead. */
export function setOwn<Value>(target: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}

function copyNode(input: unknown, field: string, depth: number, budget: { bytes: number }): JsonValue {
  switch (typeof input) {
    case 'string':
      checkText(input, field)
      budget.bytes += maxTextBytes(input)
      return input
    case 'number':
      if (!Number.isFinite(input)) throw new ValidationError(field, `must be JSON: ${input} is not a JSON number`)
      budget.bytes += 26
      return input
    case 'boolean':
      budget.bytes += 6
      return input
    case 'object':
      if (input === null) {
        budget.bytes += 5
        return null
      }
      if (depth >= LIMITS.jsonDepth)
        throw new ValidationError(field, `must not nest deeper than ${LIMITS.jsonDepth} levels`)
      budget.bytes += 3
      return Array.isArray(input) ? copyArray(input, field, depth, budget) : copyObject(input, field, depth, budget)
    default:
      throw new ValidationError(field, `must be JSON, which has no ${typeof input}`)
  }
}

function copyArray(input: readonly unknown[], field: string, depth: number, budget: { bytes: number }): JsonValue {
  const copy: JsonValue[] = []
  for (let index = 0; index < input.length; index++) {
    copy.push(copyNode(input[index], `${field}[${index}]`, depth + 1, budget))
  }
  return copy
}

function copyObject(input: object, field: string, depth: number, budget: { bytes: number }): JsonValue {
  const prototype: unknown = Object.getPrototypeOf(input)
  if (prototype !== Object.prototype && prototype !== null) {
    const name = (input.constructor as { name?: string } | undefined)?.name ?? 'class instance'
    throw new ValidationError(field, `must be plain JSON: convert the ${name} first`)
  }
  const copy: Record<string, JsonValue> = {}
  for (const [key, value] of Object.entries(input)) {
    if (value === undefined) continue
    checkText(key, `${field} key`)
    budget.bytes += maxTextBytes(key) + 1
    const child = copyNode(value, `${field}.${key}`, depth + 1, budget)
    setOwn(copy, key, child)
  }
  return copy
}
