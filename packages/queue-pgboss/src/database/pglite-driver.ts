import { BackendUnavailableError } from '@sluice/core'
import { isServerError } from './database-error.ts'
import type { Driver, Row, Send } from './driver.ts'
import listTablesSql from './list-tables.sql'
import type { PgliteDatabase, PgliteSession } from './pglite-database.ts'
import type { Listening, ListenOptions, Statement } from './session.ts'
import { SettledInOrder } from './settled-in-order.ts'

/** How an embedded database is used. */
export interface PgliteDriverOptions {
  readonly pglite: PgliteDatabase
  /** The schemas whose tables are to be vacuumed. */
  readonly schemas: readonly string[]
  /** Called with `close`: ends what was opened for this driver. */
  readonly onClose: () => Promise<void>
  /** Names the database in messages. */
  readonly store: string
}

/** Statements between two vacuums. */
const VACUUM_EVERY = 10_000

/**
 * PostgreSQL within this process, by PGlite. It has one session: transactions wait for each other.
 *
 * Nothing runs beside that session, so this vacuums now and then, which a server does by itself.
 */
export class PgliteDriver implements Driver {
  readonly isServer = false
  readonly isDurable: boolean
  readonly store: string
  readonly #pglite: PgliteDatabase
  readonly #schemas: readonly string[]
  readonly #onClose: () => Promise<void>
  #statements = 0

  constructor({ pglite, schemas, onClose, store }: PgliteDriverOptions) {
    this.store = store
    this.#pglite = pglite
    this.isDurable = pglite.dataDir !== undefined && !pglite.dataDir.startsWith('memory://')
    this.#schemas = schemas
    this.#onClose = onClose
  }

  async query(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return this.#run(this.#pglite, statement, values)
  }

  async transaction<Value>(body: (send: Send) => Promise<Value>): Promise<Value> {
    const sent = new SettledInOrder()
    const run = async (transaction: PgliteSession) => {
      let value: Value
      try {
        value = await body((statement, values) => sent.add(this.#run(transaction, statement, values)))
      } catch (error) {
        throw (await sent.firstFailure())?.reason ?? error
      }
      const failure = await sent.firstFailure()
      if (failure) throw failure.reason
      return value
    }
    return this.#pglite.transaction(run) as Promise<Value>
  }

  async script(text: string): Promise<Row[]> {
    try {
      const results = await this.#pglite.exec(text)
      return results.flatMap(({ rows }) => rows as Row[])
    } catch (error) {
      // A script may have failed within a transaction of its own, in the only session that there is.
      await this.#pglite.exec('ROLLBACK').catch(() => {})
      return this.#unavailable(error)
    }
  }

  async listen(channel: string, { onPayload }: ListenOptions): Promise<Listening> {
    const unlisten = await this.#pglite.listen(`"${channel}"`, onPayload).catch(this.#unavailable)
    return {
      close: async () => {
        if (!this.#pglite.closed) await unlisten()
      },
    }
  }

  close(): Promise<void> {
    return this.#onClose()
  }

  async #run(target: PgliteSession, { text }: Statement, values: readonly unknown[]): Promise<Row[]> {
    if (++this.#statements % VACUUM_EVERY === 0) void this.#vacuum()
    const { rows } = await target.query<Row>(text, values as unknown[], { parsers: PARSERS }).catch(this.#unavailable)
    return rows
  }

  async #vacuum(): Promise<void> {
    try {
      const { rows } = await this.#pglite.query<{ name: string }>(listTablesSql, [this.#schemas])
      for (const { name } of rows) await this.#pglite.exec(`VACUUM (ANALYZE) ${name}`)
    } catch {
      // The database was closed meanwhile; if not, the next vacuum does what this one could not.
    }
  }

  readonly #unavailable = (error: unknown): never => {
    throw isServerError(error) ? error : new BackendUnavailableError(this.store, { cause: error })
  }
}

const INT8_OID = 20

/** A `bigint` as a number: ours stay below 2^53. */
const PARSERS = { [INT8_OID]: Number }
