import type { RunSummary } from '@sluice/core'
import type { ServiceClient } from '../client/service-client.ts'
import { runExitCode, signalExitCode } from '../exit-code.ts'
import { listenForInterruptions } from '../interruptions.ts'
import { OutputRoom } from '../output-room.ts'
import { chooseView, type ViewOptions } from '../view/choose-view.ts'
import { followRun } from './follow-run.ts'

/** Shows a run of a server until it has ended, and resolves with the exit code; a signal ends the showing, not the run. */
export async function followToEnd(client: ServiceClient, run: RunSummary, options: ViewOptions): Promise<number> {
  using interruptions = listenForInterruptions()
  const { signal } = interruptions
  const room = new OutputRoom(process.stdout, signal)
  const view = await chooseView(options)
  try {
    const report = await followRun({
      client,
      run,
      signal,
      onEvent: (event, model) => view.show(event, model),
      whenReady: () => room.whenReady(),
      onWarning: (message) => view.warn(message),
    })
    if (report) return runExitCode(report.status, undefined)
    if (!signal.aborted) throw new Error(`the server told no more of the run ${run.runId}, which has not ended`)
    view.warn(`the run goes on; sluice status ${run.runId} tells how it stands`)
    return signalExitCode(signal.reason)
  } finally {
    view.close()
  }
}
