import { createHash } from 'node:crypto'
import type { JobRef } from '@sluice/core'
import type { Database } from '../database/database.ts'
import type { Listening, Session } from '../database/session.ts'
import notifyFollowersSql from './notify-followers.sql'

/** A payload may have 8,000 bytes, which so many keys fit in; when more logs got chunks at once, all followers look. */
const KEYS_IN_PAYLOAD = 400
const EVERY_LOG = '*'

/** For how long to listen when nobody waits, because who has read all there was soon waits again. */
const LINGER_MS = 5000

/** Tells those who follow a log, in whatever process, that there may be more of it. */
export class LogSignals {
  readonly #database: Database
  readonly #pollIntervalMs: number
  readonly #watchers = new Map<string, Set<() => void>>()
  #listening: Promise<Listening | null> | null = null
  #poll: NodeJS.Timeout | undefined
  #lingering: NodeJS.Timeout | undefined

  /** @param pollIntervalMs How often followers look without being told, for signals that got lost. */
  constructor(database: Database, pollIntervalMs: number) {
    this.#database = database
    this.#pollIntervalMs = pollIntervalMs
  }

  /** Sends the signal of logs, within the transaction that stores their chunks. */
  send(session: Session, jobs: readonly JobRef[]): void {
    const payload = jobs.length > KEYS_IN_PAYLOAD ? EVERY_LOG : jobs.map(keyOf).join(' ')
    session.query(notifyFollowersSql, [this.#channel, payload])
  }

  /** Calls back whenever there may be more of a log, until the function that it returns is called. */
  watch(job: JobRef, onChange: () => void): () => void {
    const key = keyOf(job)
    const watchers = this.#watchers.get(key) ?? new Set()
    this.#watchers.set(key, watchers.add(onChange))
    this.#begin()
    return () => {
      watchers.delete(onChange)
      if (watchers.size === 0 && this.#watchers.get(key) === watchers) this.#watchers.delete(key)
      if (this.#watchers.size === 0) this.#linger()
    }
  }

  /** Wakes all that watch, and stops listening. */
  async close(): Promise<void> {
    this.#wakeAll()
    this.#watchers.clear()
    await this.#end()
  }

  get #channel(): string {
    return `${this.#database.schema}_logs`
  }

  #begin(): void {
    clearTimeout(this.#lingering)
    this.#poll ??= setInterval(() => this.#look(), this.#pollIntervalMs)
    // Without a listener the poll still finds all, and tries again to listen.
    this.#listening ??= this.#listen().catch(() => {
      this.#listening = null
      return null
    })
  }

  async #listen(): Promise<Listening> {
    const listening = await this.#database.listen(this.#channel, {
      onPayload: (payload) => this.#onPayload(payload),
      onReconnect: () => this.#wakeAll(),
    })
    // What was stored before the channel was open was not heard.
    this.#wakeAll()
    return listening
  }

  #look(): void {
    if (this.#watchers.size > 0) this.#begin()
    this.#wakeAll()
  }

  #linger(): void {
    this.#lingering = setTimeout(() => this.#end(), LINGER_MS)
  }

  async #end(): Promise<void> {
    clearTimeout(this.#lingering)
    clearInterval(this.#poll)
    this.#poll = undefined
    const listening = this.#listening
    this.#listening = null
    await (await listening)?.close()
  }

  #onPayload(payload: string): void {
    if (payload === EVERY_LOG) this.#wakeAll()
    else for (const key of payload.split(' ')) for (const onChange of this.#watchers.get(key) ?? []) onChange()
  }

  #wakeAll(): void {
    for (const watchers of [...this.#watchers.values()]) for (const onChange of [...watchers]) onChange()
  }
}

/** A short name of a log: two logs of one name would only wake each other's followers. */
function keyOf({ workflowId, jobId }: JobRef): string {
  return createHash('sha256').update(`${workflowId}\0${jobId}`).digest('base64url').slice(0, 16)
}
