import type { LogPiece } from '../client/service-client.ts'
import { LineSplitter } from '../run/line-splitter.ts'

/** Writes the pieces of logs, which end anywhere, one after another. */
export interface LogFormat {
  piece(jobId: string, piece: LogPiece): string

  /** What is left to write when nothing more comes. */
  end(): string
}

/** Writes a log as it was printed. */
export const rawLog: LogFormat = { piece: (_jobId, { text }) => text, end: () => '' }

/** Writes each piece as one line of JSON. */
export const jsonLog: LogFormat = {
  piece: (jobId, piece) => `${JSON.stringify({ jobId, ...piece })}\n`,
  end: () => '',
}

/** Writes lines with their job before them; what comes in pieces waits for the end of its line. */
export class PrefixedLog implements LogFormat {
  readonly #lines = new Map<string, { readonly jobId: string; readonly splitter: LineSplitter }>()

  piece(jobId: string, { text, stream, attempt }: LogPiece): string {
    // What the streams and the attempts of a job print is not of one line.
    const key = `${jobId}\n${stream}\n${attempt}`
    const { splitter } = this.#lines.get(key) ?? { splitter: new LineSplitter() }
    this.#lines.set(key, { jobId, splitter })
    return prefixed(jobId, splitter.push(text))
  }

  end(): string {
    return Array.from(this.#lines.values(), ({ jobId, splitter }) => prefixed(jobId, splitter.flush())).join('')
  }
}

function prefixed(jobId: string, lines: readonly string[]): string {
  return lines.map((line) => `${jobId} | ${line}\n`).join('')
}
