/** The longest line that is held back for its end, in UTF-16 code units; a longer one is told in pieces. */
const LONGEST_LINE = 16 * 1024

/** Cuts a stream of text into lines, which end with a line feed, with or without a carriage return before it. */
export class LineSplitter {
  #rest = ''

  /** Adds text, and returns the lines that it completes. */
  push(text: string): string[] {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > LONGEST_LINE) lines.push(...this.flush())
    return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  }

  /** Returns what was held back, if anything. */
  flush(): string[] {
    const rest = this.#rest
    this.#rest = ''
    return rest === '' ? [] : [rest]
  }
}
