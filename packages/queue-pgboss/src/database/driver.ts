import type { Deadline } from './deadline.ts'
import type { Listening, ListenOptions, Session, Statement } from './session.ts'

export type Row = Record<string, unknown>

/** Sends a statement within a transaction. */
export type Send = (statement: Statement, values: readonly unknown[]) => Promise<Row[]>

/** What a database needs of the library that talks to it. Its errors are the server's, or a `BackendUnavailableError`. */
export interface Driver {
  /** Names the database in messages, as in `PostgreSQL at localhost:5432`. */
  readonly store: string
  /** Whether other processes can use the database at once. */
  readonly isServer: boolean
  /** Whether what was committed outlives the process. */
  readonly isDurable: boolean
  query(statement: Statement, values: readonly unknown[], deadline: Deadline): Promise<Row[]>
  /** Runs statements as one transaction, which ends with the promise of its body. */
  transaction<Value>(body: (send: Send) => Promise<Value>, deadline: Deadline): Promise<Value>
  /** Runs a text of several statements without values. */
  script(text: string, deadline: Deadline): Promise<Row[]>
  listen(channel: string, options: ListenOptions, deadline: Deadline): Promise<Listening>
  close(): Promise<void>
}

/** Gives a driver's transaction the face of a session. */
export function sessionOver(send: Send, render: (statement: string | Statement) => Statement): Session {
  return {
    query: <Row>(statement: string | Statement, values: readonly unknown[] = []) =>
      send(render(statement), values) as Promise<Row[]>,
  }
}
