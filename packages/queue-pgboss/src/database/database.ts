import { BackendUnavailableError, QueueClosedError } from '@sluice/core'
import { type CallerTransaction, joinTransaction } from './caller-transaction.ts'
import { isRetryable, translateError, translateOutage } from './database-error.ts'
import { Deadline } from './deadline.ts'
import { type Driver, sessionOver } from './driver.ts'
import type { Listening, ListenOptions, Session, Statement } from './session.ts'
import { SqlTemplates, withoutComments } from './sql-templates.ts'

/** Statements that wait or run at the most: while the server is down, what comes more is refused at once. */
const MAX_PENDING = 20_000
const MAX_REPEATS = 10

/** How a database is used. */
export interface DatabaseSettings {
  /** The schema of our tables. */
  readonly schema: string
  /** The schema of pg-boss. */
  readonly bossSchema: string
  /** The longest that the database may take for one statement, in milliseconds. */
  readonly requestTimeoutMs: number
}

/** What `.sql` files may name: `{{schema}}` and `{{boss}}`, quoted, and their names for use within a text. */
export function schemaPlaceholders({ schema, bossSchema }: Pick<DatabaseSettings, 'schema' | 'bossSchema'>) {
  return { schema: `"${schema}"`, boss: `"${bossSchema}"`, schemaName: schema, bossName: bossSchema }
}

/** One PostgreSQL database, on a server or embedded: the only thing in this package that talks to a driver. */
export class Database implements Session {
  readonly schema: string
  readonly bossSchema: string
  /** Names the database in messages. */
  readonly store: string
  /** Whether other processes can use it at once. */
  readonly isServer: boolean
  /** Whether what was committed outlives the process. */
  readonly isDurable: boolean
  readonly requestTimeoutMs: number
  readonly #driver: Driver
  readonly #templates: SqlTemplates
  #pending = 0
  #closing: Promise<void> | null = null

  constructor(driver: Driver, { schema, bossSchema, requestTimeoutMs }: DatabaseSettings) {
    this.schema = schema
    this.bossSchema = bossSchema
    this.requestTimeoutMs = requestTimeoutMs
    this.store = driver.store
    this.isServer = driver.isServer
    this.isDurable = driver.isDurable
    this.#driver = driver
    this.#templates = new SqlTemplates(schemaPlaceholders({ schema, bossSchema }))
  }

  get isClosed(): boolean {
    return this.#closing !== null
  }

  /**
   * Runs one statement, as a transaction of its own; repeats it when it fell to a deadlock.
   *
   * @throws {BackendUnavailableError} within `requestTimeoutMs` when the server does not answer.
   */
  query<Row = Record<string, unknown>>(statement: string | Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const rendered = this.#templates.render(statement)
    return this.#attempt((deadline) => this.#driver.query(rendered, values, deadline)) as Promise<Row[]>
  }

  /**
   * Runs a transaction, which commits when its body resolves and is undone when it rejects.
   *
   * Statements that the body does not await are sent ahead of COMMIT and cost no round trip of their own; all have settled when this
   * resolves, so a body may return their promises in an object. When one fails, this rejects with the error of the first that did.
   * The body runs again when the transaction fell to a deadlock: it must change nothing but the database.
   */
  transaction<Value>(body: (session: Session) => Promise<Value>): Promise<Value> {
    return this.#attempt((deadline) =>
      this.#driver.transaction(
        (send) => body(sessionOver(send, (statement) => this.#templates.render(statement))),
        deadline,
      ),
    )
  }

  /** Makes a session of the caller's own transaction: what runs there is stored if and when the caller commits. */
  join(transaction: CallerTransaction): Session {
    return joinTransaction(transaction, (statement) => this.#templates.render(statement), this.store)
  }

  /** Runs a text of several statements as it is; without `limitMs` however long that takes. */
  async script(text: string, limitMs = Number.POSITIVE_INFINITY): Promise<Record<string, unknown>[]> {
    this.#checkOpen()
    try {
      return await this.#driver.script(text, new Deadline(limitMs))
    } catch (error) {
      throw translateOutage(error, this.store)
    }
  }

  /** Fills the placeholders of a text in, and leaves its comments out. */
  fill(template: string): string {
    return this.#templates.fill(withoutComments(template))
  }

  /** Names a text that was made at run time, for the server to prepare it; only the first thousand texts get a name. */
  named(text: string): Statement {
    return this.#templates.named(text)
  }

  /**
   * Listens to a channel, from the moment on at which this resolves; mends itself when its connection is lost.
   *
   * @param channel At most 63 bytes; begin it with the schema, because channels are of the whole database.
   * @throws {BackendUnavailableError} when the server cannot be reached at first.
   */
  async listen(channel: string, options: ListenOptions): Promise<Listening> {
    this.#checkOpen()
    try {
      return await this.#driver.listen(channel, options, new Deadline(this.requestTimeoutMs))
    } catch (error) {
      throw translateError(error, this.store)
    }
  }

  /** Runs a public method: refuses it once the database is closed, and gives every error of the server a code of the contract. */
  async call<Value>(body: () => Promise<Value>): Promise<Value> {
    this.#checkOpen()
    try {
      return await body()
    } catch (error) {
      throw translateError(error, this.store)
    }
  }

  /** Ends every connection, once what runs has ended. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#driver.close()
    return this.#closing
  }

  async #attempt<Value>(body: (deadline: Deadline) => Promise<Value>): Promise<Value> {
    this.#checkOpen()
    if (this.#pending >= MAX_PENDING) {
      const cause = new Error(`${MAX_PENDING} requests wait already`)
      throw new BackendUnavailableError(this.store, { cause })
    }
    this.#pending++
    try {
      return await this.#repeat(body, new Deadline(this.requestTimeoutMs))
    } finally {
      this.#pending--
    }
  }

  async #repeat<Value>(body: (deadline: Deadline) => Promise<Value>, deadline: Deadline): Promise<Value> {
    for (let repeats = 0; ; repeats++) {
      try {
        return await body(deadline)
      } catch (error) {
        if (!isRetryable(error)) throw translateOutage(error, this.store)
        const pauseMs = Math.random() * 2 ** Math.min(repeats, 7)
        if (repeats >= MAX_REPEATS || pauseMs >= deadline.leftMs) {
          throw new BackendUnavailableError(this.store, { cause: error })
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
  }

  #checkOpen(): void {
    if (this.#closing !== null) throw new QueueClosedError()
  }
}
