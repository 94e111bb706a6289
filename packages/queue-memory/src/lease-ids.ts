import { randomFillSync } from 'node:crypto'

const TOKEN_BYTES = 15

/** Makes ids of leases: a number by which the lease is found, and a token that cannot be guessed. */
export class LeaseIds {
  /** Random bytes are drawn for many tokens at once: each draw costs much more than a token. */
  readonly #pool = Buffer.alloc(TOKEN_BYTES * 256)
  #used = this.#pool.length

  create(slot: number): string {
    if (this.#used === this.#pool.length) {
      randomFillSync(this.#pool)
      this.#used = 0
    }
    const start = this.#used
    this.#used += TOKEN_BYTES
    return `${slot}-${this.#pool.toString('base64url', start, this.#used)}`
  }
}

/** Reads the number in an id; `NaN` where there is none. */
export function slotOf(leaseId: string): number {
  return Number.parseInt(leaseId, 10)
}
