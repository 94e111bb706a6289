import { type ClaimedJob, type LogChunk, type LogStream, QueueError } from '@sluice/core'
import { splitText, storableText } from './log-text.ts'
import { OutageBackoff } from './outage-backoff.ts'
import { pause, startTimer } from './timer.ts'
import type { WorkerLogs } from './worker-backend.ts'
import type { Reporter } from './worker-hooks.ts'

const CHUNK_CHARACTERS = 64 * 1024
const BATCH_CHARACTERS = 256 * 1024
const FULL_CHARACTERS = 256 * 1024
const LIMIT_CHARACTERS = 4 * 1024 * 1024
const LINGER_MS = 50
const STALLED_AFTER_MS = 30_000

/**
 * Sends what one attempt prints to the log store: in order, in batches, within bounded memory.
 *
 * A store that does not answer is asked again. What comes in meanwhile is held up to 4 Mi characters; beyond that it is dropped and
 * a line in the log tells how much. A writer that can wait stops at `isFull`, which gives up after the store failed for 30 s.
 */
export class LogWriter {
  readonly #logs: WorkerLogs
  readonly #claimed: ClaimedJob
  readonly #reporter: Reporter
  readonly #abandoned = new AbortController()
  #pending: { readonly stream: LogStream; text: string }[] = []
  #heldCharacters = 0
  #droppedCharacters = 0
  /** Pieces for which the application asked for time. */
  #unread = 0
  #sequence: number
  #stalled = false
  #closed = false
  #lingering: NodeJS.Timeout | undefined
  #sending: Promise<void> | null = null
  #waiting: (() => void)[] = []

  /** @param firstSequence Away from what another lease of the same attempt, which was released, may have used. */
  constructor(logs: WorkerLogs, claimed: ClaimedJob, reporter: Reporter, firstSequence = 0) {
    this.#sequence = firstSequence
    this.#logs = logs
    this.#claimed = claimed
    this.#reporter = reporter
  }

  /** Tells whether a writer that can wait should. */
  get isFull(): boolean {
    if (this.#closed) return false
    return this.#unread > 0 || (this.#heldCharacters >= FULL_CHARACTERS && !this.#stalled)
  }

  /** Calls back once the writer is no longer full. */
  whenRoom(callback: () => void): void {
    if (this.isFull) this.#waiting.push(callback)
    else callback()
  }

  /** Takes a piece of text, and never waits. After `close` it does nothing. */
  write(stream: LogStream, written: string): void {
    if (this.#closed || written === '') return
    const text = storableText(written)
    const reading = this.#reporter.jobPrinted(this.#claimed, { stream, text })
    if (reading) this.#awaitReader(reading)
    if (this.#heldCharacters > 0 && this.#heldCharacters + text.length > LIMIT_CHARACTERS) {
      this.#droppedCharacters += text.length
      return
    }
    if (this.#droppedCharacters > 0) this.#confessDrop()
    this.#hold(stream, text)
    if (this.#sending) return
    if (this.#heldCharacters >= BATCH_CHARACTERS) this.#send()
    else this.#lingering ??= setTimeout(() => this.#send(), LINGER_MS)
  }

  /** Takes a line of what Sluice itself has to say. */
  note(line: string): void {
    this.write('system', `${line}\n`)
  }

  /** Sends what is left, and gives up after so long. */
  async close(withinMs: number): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#makeRoom()
    if (this.#heldCharacters + this.#droppedCharacters === 0) return
    this.#send()
    await new Promise<void>((resolve) => {
      const cancel = startTimer(withinMs, () => {
        this.#abandoned.abort()
        resolve()
      })
      this.#sending?.then(() => {
        cancel()
        resolve()
      })
    })
  }

  #awaitReader(reading: Promise<unknown>): void {
    this.#unread++
    void reading.then(() => {
      this.#unread--
      if (!this.isFull) this.#makeRoom()
    })
  }

  #hold(stream: LogStream, text: string): void {
    this.#heldCharacters += text.length
    for (const piece of splitText(text, CHUNK_CHARACTERS)) {
      const last = this.#pending.at(-1)
      if (last?.stream === stream && last.text.length < CHUNK_CHARACTERS) last.text += piece
      else this.#pending.push({ stream, text: piece })
    }
  }

  #send(): void {
    clearTimeout(this.#lingering)
    this.#lingering = undefined
    this.#sending ??= this.#sendAll()
  }

  async #sendAll(): Promise<void> {
    while (this.#pending.length > 0 || this.#droppedCharacters > 0) {
      if (this.#pending.length === 0) this.#confessDrop()
      const batch = this.#takeBatch()
      const isOver = await this.#append(batch)
      if (!isOver) this.#abandon()
      else for (const chunk of batch) this.#heldCharacters -= chunk.text.length
      if (!this.isFull) this.#makeRoom()
    }
    this.#sending = null
  }

  #takeBatch(): LogChunk[] {
    const { workflowId, jobId, attempt } = this.#claimed.lease
    const batch: LogChunk[] = []
    let characters = 0
    while (this.#pending.length > 0 && characters < BATCH_CHARACTERS) {
      const { stream, text } = this.#pending.shift() as { stream: LogStream; text: string }
      batch.push({ workflowId, jobId, attempt, sequence: this.#sequence++, stream, text })
      characters += text.length
    }
    return batch
  }

  /** Stores a batch, or learns that it is refused; `false` where it was abandoned before either. */
  async #append(batch: readonly LogChunk[]): Promise<boolean> {
    const backoff = new OutageBackoff(50, 2000)
    let failingSince: number | undefined
    while (!this.#abandoned.signal.aborted) {
      try {
        await this.#logs.append(batch)
        this.#stalled = false
        return true
      } catch (error) {
        if (failingSince === undefined) this.#reporter.failed(`could not store the log of job "${this.#jobId}"`, error)
        if (!QueueError.is(error, 'BACKEND_UNAVAILABLE')) return true
        failingSince ??= performance.now()
        if (performance.now() - failingSince >= STALLED_AFTER_MS) this.#stall()
        await pause(backoff.nextDelayMs(), this.#abandoned.signal)
      }
    }
    return false
  }

  get #jobId(): string {
    return this.#claimed.lease.jobId
  }

  #confessDrop(): void {
    const line = `[${this.#droppedCharacters} characters of the log were lost: the log store did not keep up]\n`
    this.#droppedCharacters = 0
    this.#hold('system', line)
  }

  #stall(): void {
    this.#stalled = true
    this.#makeRoom()
  }

  #makeRoom(): void {
    for (const callback of this.#waiting.splice(0)) callback()
  }

  #abandon(): void {
    const characters = this.#heldCharacters + this.#droppedCharacters
    this.#pending = []
    this.#heldCharacters = 0
    this.#droppedCharacters = 0
    this.#reporter.failed(
      `${characters} characters of the log of job "${this.#jobId}" were lost: the log store did not take them in time`,
    )
  }
}
