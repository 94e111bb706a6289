import type { LogWriter } from './log-writer.ts'
import { OutageBackoff } from './outage-backoff.ts'
import { pause } from './timer.ts'

/** What a machine says that has no processes, files or memory left just now. */
const SCARCITY: ReadonlySet<unknown> = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'])

const PATIENCE_MS = 30_000

/** The machine cannot start a job for now. It is not the job's fault, so the attempt does not count. */
export class StartRefusedError extends Error {
  override readonly name = 'StartRefusedError'
}

/**
 * Starts something that takes resources of the machine, and tries again for 30 seconds while it has none left.
 *
 * @throws {StartRefusedError} when it still has none then.
 * @throws the signal's reason once it aborts, and what `start` throws for any other cause.
 */
export async function startPatiently<Started>(
  start: () => Promise<Started>,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Pick<LogWriter, 'note'> },
): Promise<Started> {
  const backoff = new OutageBackoff(100, 2000)
  const givesUpAt = performance.now() + PATIENCE_MS
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await start()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (!SCARCITY.has(code)) throw error
      if (performance.now() >= givesUpAt)
        throw new StartRefusedError(`this machine cannot start the job: ${message}`, { cause: error })
      if (isFirst) log.note(`this machine cannot start the job just now, and tries again: ${message}`)
      await pause(backoff.nextDelayMs(), signal)
      signal.throwIfAborted()
    }
  }
}
