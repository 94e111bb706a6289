import { BackendUnavailableError } from '@sluice/core'
import pg from 'pg'
import { isServerError } from './database-error.ts'
import { type Deadline, DeadlineError } from './deadline.ts'
import type { Driver, Row, Send } from './driver.ts'
import { PgConnection } from './pg-connection.ts'
import { PgListener } from './pg-listener.ts'
import type { Listening, ListenOptions, Statement } from './session.ts'
import { SettledInOrder } from './settled-in-order.ts'

/** How a pool of `pg` is used. */
export interface PgDriverOptions {
  readonly pool: pg.Pool
  /** Whether closing the driver ends the pool. */
  readonly ownsPool: boolean
  /** How the listener connects, which needs a connection of its own that is not pooled. */
  readonly listenConfig: pg.ClientConfig
  readonly preparedStatements: boolean
  /** Names the server in messages. */
  readonly store: string
}

const INT8_OID = 20
const BEGIN: Statement = { text: 'BEGIN' }
const COMMIT: Statement = { text: 'COMMIT' }

/** A `bigint` as a number, whatever the application has made of it globally: ours stay below 2^53. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

/** A PostgreSQL server, through a pool of `pg`. */
export class PgDriver implements Driver {
  readonly isServer = true
  readonly isDurable = true
  readonly store: string
  readonly #pool: pg.Pool
  readonly #ownsPool: boolean
  readonly #preparedStatements: boolean
  readonly #listener: PgListener

  constructor({ pool, ownsPool, listenConfig, preparedStatements, store }: PgDriverOptions) {
    this.store = store
    this.#pool = pool
    this.#ownsPool = ownsPool
    this.#preparedStatements = preparedStatements
    this.#listener = new PgListener(listenConfig)
    // An idle connection that is lost is replaced when it is needed; without a listener it would end the process.
    if (!ownsPool) return
    pool.on('error', () => {})
    // The pool lets go of a connection that it ends before that has ended: what the server then says is heard by nobody else.
    pool.on('connect', (client) => client.on('error', () => {}))
  }

  async query(statement: Statement, values: readonly unknown[], deadline: Deadline): Promise<Row[]> {
    const connection = await this.#connect(deadline)
    try {
      return await deadline.limit(this.#send(connection.client, statement, values))
    } catch (error) {
      if (!isServerError(error)) connection.isBroken = true
      throw this.#late(error)
    } finally {
      connection.release()
    }
  }

  async transaction<Value>(body: (send: Send) => Promise<Value>, deadline: Deadline): Promise<Value> {
    const connection = await this.#connect(deadline)
    const sent = new SettledInOrder()
    const send: Send = (statement, values) => {
      const sending = this.#send(connection.client, statement, values)
      sending.then(
        () => deadline.renew(),
        () => {},
      )
      return sent.add(sending)
    }
    try {
      send(BEGIN, [])
      const value = await deadline.limit(body(send))
      send(COMMIT, [])
      const failure = await deadline.limit(sent.firstFailure())
      if (failure) throw failure.reason
      return value
    } catch (error) {
      throw this.#late(await this.#rollBack(connection, sent, error, deadline))
    } finally {
      connection.release()
    }
  }

  async script(text: string, deadline: Deadline): Promise<Row[]> {
    const connection = await this.#connect(deadline)
    try {
      const results: pg.QueryResult | pg.QueryResult[] = await deadline.limit(connection.client.query(text))
      return [results].flat().flatMap(({ rows }) => rows as Row[])
    } catch (error) {
      // It may have failed within a transaction of its own.
      connection.isBroken = true
      return this.#unavailable(error)
    } finally {
      connection.release()
    }
  }

  async listen(channel: string, options: ListenOptions, deadline: Deadline): Promise<Listening> {
    return this.#listener.listen(channel, options, deadline).catch(this.#unavailable)
  }

  async close(): Promise<void> {
    await this.#listener.close()
    if (this.#ownsPool) await this.#pool.end()
  }

  async #connect(deadline: Deadline): Promise<PgConnection> {
    const connecting = this.#pool.connect()
    try {
      return new PgConnection(await deadline.limit(connecting))
    } catch (error) {
      connecting.then(
        (client) => client.release(),
        () => {},
      )
      return this.#unavailable(error)
    }
  }

  async #send(client: pg.PoolClient, { text, name }: Statement, values: readonly unknown[]): Promise<Row[]> {
    const query = { text, values: values as unknown[], types: TYPES }
    const named = this.#preparedStatements && name ? { ...query, name } : query
    const { rows } = await client.query<Row>(named).catch(this.#unavailable)
    return rows
  }

  /** Ends a transaction that failed, and tells why it did. */
  async #rollBack(
    connection: PgConnection,
    sent: SettledInOrder,
    error: unknown,
    deadline: Deadline,
  ): Promise<unknown> {
    try {
      const failure = await deadline.limit(sent.firstFailure())
      await deadline.limit(connection.client.query('ROLLBACK'))
      return failure ? failure.reason : error
    } catch {
      // Without its connection the server undoes the transaction by itself.
      connection.isBroken = true
      return error
    }
  }

  #late(error: unknown): unknown {
    return error instanceof DeadlineError ? new BackendUnavailableError(this.store, { cause: error }) : error
  }

  /** Rejects with what the server says as it is, and with an outage for all that keeps a statement from the server. */
  readonly #unavailable = (error: unknown): never => {
    throw isServerError(error) ? error : new BackendUnavailableError(this.store, { cause: error })
  }
}
