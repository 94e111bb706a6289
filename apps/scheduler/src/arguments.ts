import { parseLabels, type RunStatus, ValidationError } from '@sluice/core'
import { InvalidArgumentError } from 'commander'
import { parseDurationMs } from './duration-format.ts'

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

/** Reads how many jobs run at once, or 0 for none. */
export function parseWorkers(text: string): number {
  return text === '0' ? 0 : parseConcurrency(text)
}

/** Reads a port; 0 lets the system choose one. */
export function parsePort(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('Give a port from 0 to 65535.')
  return value
}

/** Reads how many records to list. */
export function parseLimit(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError('Give a whole number from 1 on.')
  return value
}

/** Reads a duration, as milliseconds. */
export function parseDurationOption(text: string): number {
  const durationMs = parseDurationMs(text)
  if (durationMs === undefined) throw new InvalidArgumentError('Write a duration as in 90s, 15m or 30d.')
  return durationMs
}

/** Reads the address of a server. */
export function parseServer(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError('Write it as http://host:port or https://host.')
  return text
}

const RUN_STATUSES: readonly string[] = ['running', 'succeeded', 'failed', 'cancelled'] satisfies RunStatus[]

/** Adds statuses of runs, separated by commas, to those given before. */
export function collectStatus(text: string, before: readonly RunStatus[] = []): readonly RunStatus[] {
  const statuses = text.split(',').map((status) => status.trim())
  if (statuses.some((status) => !RUN_STATUSES.includes(status)))
    throw new InvalidArgumentError(`Allowed choices are ${RUN_STATUSES.join(', ')}.`)
  return [...before, ...(statuses as RunStatus[])]
}
