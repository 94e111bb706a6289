import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type { QueueEvent } from '@sluice/core'

type Parameters = Record<string, SQLInputValue>

/** All that one call reads and changes, at one moment on the store's clock. */
export class Session {
  readonly now: number
  /** What subscribers are told once it is committed. */
  readonly events: QueueEvent[] = []
  readonly #prepare: (sql: string) => StatementSync

  constructor(now: number, prepare: (sql: string) => StatementSync) {
    this.now = now
    this.#prepare = prepare
  }

  /** Changes rows, and counts them. */
  run(sql: string, parameters: Parameters = {}): number {
    return Number(this.#prepare(sql).run(parameters).changes)
  }

  /** Reads the first row. */
  get<Row>(sql: string, parameters: Parameters = {}): Row | undefined {
    return this.#prepare(sql).get(parameters) as Row | undefined
  }

  all<Row>(sql: string, parameters: Parameters = {}): Row[] {
    return this.#prepare(sql).all(parameters) as Row[]
  }
}
