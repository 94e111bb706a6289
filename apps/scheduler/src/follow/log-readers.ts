import type { LogPiece, ServiceClient } from '../client/service-client.ts'

/** Logs that are read at once; a server limits how many streams one client has. */
const READ_AT_ONCE = 8

/** Whose logs to read, and who takes them. */
export interface LogReadersOptions {
  readonly client: ServiceClient
  readonly runId: string
  readonly signal: AbortSignal
  readonly onPiece: (jobId: string, piece: LogPiece) => void | Promise<void>
  /** Something went wrong; a log that cannot be read counts as read, and the others go on. */
  readonly onWarning: (message: string) => void
}

/** Reads the logs of the jobs of a run, each once and from its beginning, some at a time. */
export class LogReaders {
  readonly #options: LogReadersOptions
  readonly #logs = new Map<string, Promise<void>>()
  readonly #waiting: (() => void)[] = []
  #free = READ_AT_ONCE

  constructor(options: LogReadersOptions) {
    this.#options = options
  }

  /** Reads the log of a job, if that was not begun before; resolves, never rejects, when the job has ended and its log is read. */
  read(jobId: string, hasEnded: boolean): Promise<void> {
    let log = this.#logs.get(jobId)
    if (!log) {
      log = this.#readInTurn(jobId, hasEnded)
      this.#logs.set(jobId, log)
    }
    return log
  }

  /** Resolves when every log that was begun is read. */
  async whenRead(): Promise<void> {
    await Promise.all(this.#logs.values())
  }

  async #readInTurn(jobId: string, hasEnded: boolean): Promise<void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#free--
    await this.#read(jobId, hasEnded)
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }

  async #read(jobId: string, hasEnded: boolean): Promise<void> {
    const { client, runId, signal, onPiece, onWarning } = this.#options
    if (signal.aborted) return
    const onInterrupted = ({ message }: Error) => onWarning(`${message}; trying again`)
    try {
      const address = { runId, jobId }
      // What has ended is read page by page, which costs the server no stream.
      const pieces = hasEnded ? client.readLog(address) : client.followLog(address, { signal, onInterrupted })
      for await (const piece of pieces) {
        if (signal.aborted) return
        await onPiece(jobId, piece)
      }
    } catch (error) {
      if (!signal.aborted) onWarning(`the log of job "${jobId}" cannot be read: ${(error as Error).message}`)
    }
  }
}
