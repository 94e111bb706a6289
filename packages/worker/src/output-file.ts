import type { Outputs } from '@sluice/core'

/** The file of outputs that a script wrote cannot be understood; the message names the line, where it is about one. */
export class OutputFileError extends Error {
  override readonly name = 'OutputFileError'
  readonly retryable = false
  /** Counts from 1; `null` where the whole file is at fault. */
  readonly line: number | null

  constructor(line: number | null, problem: string) {
    super(`$SLUICE_OUTPUT${line === null ? '' : `, line ${line}`}: ${problem}`)
    this.line = line
  }
}

/**
 * Reads the outputs that a script wrote, in the format of GitHub Actions: lines of `key=value`, or for several lines `key<<END`, the
 * value, and a line that is `END`.
 *
 * The last value of a key counts. Empty lines between outputs are skipped, and lines may end in CR LF.
 *
 * @throws {OutputFileError}
 */
export function parseOutputFile(text: string): Outputs {
  const outputs = new Map<string, string>()
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as string
    if (line === '') continue
    const { key, rest, isBlock } = splitLine(line, index + 1)
    if (!isBlock) {
      outputs.set(key, rest)
      continue
    }
    const end = lines.indexOf(rest, index + 1)
    if (end === -1) throw new OutputFileError(index + 1, `the value of "${key}" is not ended by a line "${rest}"`)
    outputs.set(key, lines.slice(index + 1, end).join('\n'))
    index = end
  }
  return Object.fromEntries(outputs)
}

function splitLine(line: string, number: number): { key: string; rest: string; isBlock: boolean } {
  const match = /=|<</.exec(line)
  if (!match) throw new OutputFileError(number, `expected key=value or key<<END, not ${JSON.stringify(excerpt(line))}`)
  const key = line.slice(0, match.index)
  const rest = line.slice(match.index + match[0].length)
  const isBlock = match[0] === '<<'
  if (!/^[A-Za-z0-9_.-]+$/.test(key)) {
    throw new OutputFileError(
      number,
      `a key is made of letters, digits, "_", "." and "-", without spaces, not ${JSON.stringify(excerpt(key))}`,
    )
  }
  if (isBlock && rest === '')
    throw new OutputFileError(number, `"${key}<<" needs a word that ends the value, as in ${key}<<END`)
  return { key, rest, isBlock }
}

function excerpt(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`
}
