import { jsonView } from './json-view.ts'
import { paintFor } from './line.ts'
import { plainView } from './plain-view.ts'
import type { RunView } from './run-view.ts'

/** What the user asked for. */
export interface ViewOptions {
  readonly json?: boolean
  readonly plain?: boolean
}

/** Chooses how standard output shows a run: live in a terminal, plain lines elsewhere and in CI, events as JSON if asked for. */
export async function chooseView({ json, plain }: ViewOptions): Promise<RunView> {
  const { stdout, stderr } = process
  const write = (text: string) => stdout.write(text)
  if (json) return jsonView(write, (text) => stderr.write(text))
  if (plain || !isLiveTerminal(stdout)) return plainView(write, paintFor(stdout))
  // Loaded only here, because it takes hold of the terminal's cursor.
  const { LiveView } = await import('./live-view.ts')
  return new LiveView(stdout, paintFor(stdout))
}

function isLiveTerminal(stream: NodeJS.WriteStream): boolean {
  const { CI, TERM } = process.env
  return stream.isTTY === true && TERM !== 'dumb' && (CI === undefined || CI === '' || CI === 'false')
}
