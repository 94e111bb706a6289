import { type Line, paintFor, paintLine } from './line.ts'

/** Prints lines to standard output, in colours where it shows them. */
export function printLines(lines: readonly Line[]): void {
  const paint = paintFor(process.stdout)
  process.stdout.write(lines.map((line) => `${paintLine(line, paint).trimEnd()}\n`).join(''))
}

/** Prints a value as one line of JSON to standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
