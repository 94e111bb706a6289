import { QueueClosedError } from '@sluice/core'
import type { Database } from './database.ts'

/** What one store holds of a database: its own state of being open, and the database itself where that was opened for it alone. */
export class DatabaseHandle {
  readonly database: Database
  readonly #ownsDatabase: boolean
  #closing: Promise<void> | null = null

  constructor(database: Database, ownsDatabase = false) {
    this.database = database
    this.#ownsDatabase = ownsDatabase
  }

  get isClosed(): boolean {
    return this.#closing !== null
  }

  /**
   * Runs a public method of the store, and gives every error of the server a code of the contract.
   *
   * @throws {QueueClosedError}
   */
  async call<Value>(body: (database: Database) => Promise<Value>): Promise<Value> {
    if (this.isClosed) throw new QueueClosedError()
    return this.database.call(() => body(this.database))
  }

  /** Closes the store. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#ownsDatabase ? this.database.close() : Promise.resolve()
    return this.#closing
  }
}
