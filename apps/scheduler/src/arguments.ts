import { parseLabels, ValidationError } from '@sluice/core'
import { InvalidArgumentError } from 'commander'

/** The most jobs that a worker runs at once. */
const MAX_CONCURRENCY = 10_000

/** Reads how many jobs run at once. */
export function parseConcurrency(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > MAX_CONCURRENCY) {
    throw new InvalidArgumentError('Give a whole number from 1 to 10000.')
  }
  return value
}

/** Reads a number above 0. */
export function parsePositiveNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Give a number above 0.')
  return value
}

/** Adds labels separated by commas to those given before. */
export function collectLabels(text: string, before: readonly string[] = []): readonly string[] {
  const labels = text.split(',').map((label) => label.trim())
  try {
    return parseLabels([...before, ...labels.filter((label) => label !== '')], 'labels')
  } catch (error) {
    if (error instanceof ValidationError) throw new InvalidArgumentError(`${error.message}.`)
    throw error
  }
}

/** Adds a variable to those given before; of two values for one name the later counts. */
export function collectVariables(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, value] = /^([A-Za-z_][\w-]*)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as NAME=VALUE.')
  return { ...before, [name]: value }
}
