import { readFileSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { BackendUnavailableError, CapacityExceededError, QueueClosedError } from '@sluice/core'
import type { Clock } from './clock.ts'
import { Session } from './session.ts'

const SCHEMA = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')
const SQLITE_FULL = 13

/** One SQLite file, and the clock by which it goes. */
export class Store {
  readonly clock: Clock
  /** Whether it outlives the process. */
  readonly isDurable: boolean
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  /**
   * @param path A file, which no other process may have open, or `:memory:`.
   * @throws {BackendUnavailableError}
   */
  constructor(path: string, clock: Clock) {
    this.clock = clock
    this.isDurable = path !== ':memory:'
    this.#database = openDatabase(path)
  }

  get isOpen(): boolean {
    return this.#database.isOpen
  }

  /**
   * Does all of `body`, or nothing where it throws.
   *
   * @throws {QueueClosedError} and whatever `body` throws.
   */
  transaction<Result>(body: (session: Session) => Result): Result {
    if (!this.isOpen) throw new QueueClosedError()
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      const result = body(new Session(Math.floor(this.clock.now()), (sql) => this.#prepare(sql)))
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      throw storeError(error)
    } finally {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
    }
  }

  close(): void {
    if (this.isOpen) this.#database.close()
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path)
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`)
    return database
  } catch (error) {
    database?.close()
    throw storeError(error)
  }
}

/** Tells a failure of SQLite in the terms of the contract, and leaves every other error as it is. */
function storeError(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error
  if (error.errcode === SQLITE_FULL) return new CapacityExceededError('SQLite has no room left', { cause: error })
  return new BackendUnavailableError('the SQLite file', { cause: error })
}
