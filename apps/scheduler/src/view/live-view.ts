import { createLogUpdate } from 'log-update'
import type { RunEvent } from '../run/run-event.ts'
import type { RunModel } from '../run/run-model.ts'
import { SPINNER_MS } from './job-look.ts'
import { jobTree, type TreeLayout, widestId } from './job-tree.ts'
import { type Line, type Paint, paintLine } from './line.ts'
import { liveFrame } from './live-frame.ts'
import { warningLine } from './plain-lines.ts'
import type { RunView } from './run-view.ts'
import { summaryLines } from './summary-lines.ts'

/** Draws the run in place, ten times a second however much happens, and leaves its jobs and the summary when it has ended. */
export class LiveView implements RunView {
  readonly #stream: NodeJS.WriteStream
  readonly #paint: Paint
  readonly #update: ReturnType<typeof createLogUpdate>
  #timer: NodeJS.Timeout | undefined
  #widestId = 0

  constructor(stream: NodeJS.WriteStream, paint: Paint) {
    this.#stream = stream
    this.#paint = paint
    this.#update = createLogUpdate(stream)
  }

  show(event: RunEvent, model: RunModel): void {
    if (event.type === 'run.started') this.#start(model)
    if (model.finish) this.#finish(model)
  }

  warn(message: string): void {
    this.#update.persist(paintLine(warningLine(message), this.#paint))
  }

  close(): void {
    clearInterval(this.#timer)
    this.#update.done()
  }

  #start(model: RunModel): void {
    this.#widestId = widestId(model)
    const draw = () => this.#update(this.#painted(liveFrame(model, this.#layout())))
    draw()
    this.#timer = setInterval(draw, SPINNER_MS)
  }

  #finish(model: RunModel): void {
    clearInterval(this.#timer)
    if (!model.finish) return
    this.#update.clear()
    const lines = [...jobTree(model, this.#layout()), [], ...summaryLines(model.finish)]
    this.#stream.write(`${lines.map((line) => paintLine(line, this.#paint)).join('\n')}\n`)
  }

  #layout(): TreeLayout {
    const { columns = 80, rows = 24 } = this.#stream
    // The cursor stands on a line of its own below the frame, and a full last column would wrap on some terminals.
    return { columns: columns - 1, rows: rows - 1, widestId: this.#widestId, now: Date.now() }
  }

  #painted(lines: readonly Line[]): string {
    const { columns } = this.#layout()
    return lines.map((line) => paintLine(line, this.#paint, columns)).join('\n')
  }
}
