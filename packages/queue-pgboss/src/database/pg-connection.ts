import type pg from 'pg'

/** A connection taken from a pool, to be released once. */
export class PgConnection {
  readonly client: pg.PoolClient
  /** Set when the connection was lost, or holds a statement that nobody waits for. */
  isBroken = false

  constructor(client: pg.PoolClient) {
    this.client = client
    // The statements that were sent reject as well; unheard, this would end the process.
    client.on('error', this.#onError)
  }

  /** Gives the connection back to its pool, or closes it at once if it is broken. */
  release(): void {
    this.client.off('error', this.#onError)
    if (this.isBroken) {
      this.client.on('error', () => {})
      destroySocket(this.client)
    }
    this.client.release(this.isBroken)
  }

  readonly #onError = () => {
    this.isBroken = true
  }
}

/** Closes the socket of a client: `end` would wait for the answers to what was sent. */
export function destroySocket(client: pg.ClientBase): void {
  const { connection } = client as { connection?: { stream?: { destroy(): void } } }
  connection?.stream?.destroy()
}
