/** What is used of an instance of PGlite, spelled out so that who uses a server needs none of its types. */
export interface PgliteDatabase extends PgliteSession {
  readonly dataDir?: string | undefined
  readonly closed: boolean
  exec(text: string): Promise<{ readonly rows: unknown[] }[]>
  transaction<Value>(body: (transaction: PgliteSession) => Promise<Value>): Promise<Value>
  listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** An instance of PGlite, or a transaction on it. */
export interface PgliteSession {
  query<Row>(
    text: string,
    values?: unknown[],
    options?: { parsers?: Record<number, (text: string) => unknown> },
  ): Promise<{ readonly rows: Row[] }>
}
