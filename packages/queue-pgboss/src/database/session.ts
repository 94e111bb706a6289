/** One SQL statement. With a name the server prepares it once for each connection, where the database allows that. */
export interface Statement {
  readonly text: string
  readonly name?: string
}

/** Where statements run: a database, or a transaction on it. */
export interface Session {
  /**
   * Runs one statement and resolves with its rows.
   *
   * A string is the text of a `.sql` file, a constant: its placeholders are filled in and its name is made once. A `Statement` runs
   * as it is. `bigint` comes back as a number, `jsonb` parsed; give JSON as text.
   */
  query<Row = Record<string, unknown>>(statement: string | Statement, values?: readonly unknown[]): Promise<Row[]>
}

/** A channel that is listened to. */
export interface Listening {
  /** Ends it. A second call does nothing. */
  close(): Promise<void>
}

/** What comes over a channel. */
export interface ListenOptions {
  /** Called for each notification, in order. */
  onPayload(payload: string): void
  /** Called when the channel is back after it was lost: what was sent in between is missed. */
  onReconnect(): void
}
