import type { RunEvent } from '../run/run-event.ts'
import type { RunModel } from '../run/run-model.ts'

/** Shows a run as it happens. */
export interface RunView {
  /** Takes note of an event that the model already knows of. */
  show(event: RunEvent, model: RunModel): void

  /** Tells of something that went wrong and that the run survives. */
  warn(message: string): void

  /** Leaves the terminal as it was; shows nothing afterwards. */
  close(): void
}
