import { type Paint, paintLine } from './line.ts'
import { plainLines, warningLine } from './plain-lines.ts'
import type { RunView } from './run-view.ts'

/** Prints events as lines that never change, for files, pipes and CI. */
export function plainView(write: (text: string) => void, paint: Paint): RunView {
  return {
    show(event, model) {
      for (const line of plainLines(event, model)) write(`${paintLine(line, paint)}\n`)
    },
    warn: (message) => write(`${paintLine(warningLine(message), paint)}\n`),
    close: () => {},
  }
}
