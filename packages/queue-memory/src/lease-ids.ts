import { Buffer } from 'node:buffer'
import { randomFillSync } from 'node:crypto'

const SLOT_BYTES = 4
const ID_BYTES = SLOT_BYTES + 12
const IDS_PER_DRAW = 256

/** Makes ids of leases in hex: the number of the slot in which the lease is found, then 96 random bits. */
export class LeaseIds {
  /** Random bytes are drawn for many ids at once: a draw costs much more than an id. */
  readonly #bytes = Buffer.alloc(ID_BYTES * IDS_PER_DRAW)
  #start = this.#bytes.length

  create(slot: number): string {
    if (this.#start === this.#bytes.length) {
      randomFillSync(this.#bytes)
      this.#start = 0
    }
    const start = this.#start
    this.#start += ID_BYTES
    this.#bytes.writeUInt32BE(slot, start)
    return this.#bytes.toString('hex', start, this.#start)
  }
}

/** Reads the number of the slot in an id; any number, or `NaN`, where it is none of ours. */
export function slotOf(leaseId: string): number {
  return Number.parseInt(String(leaseId).slice(0, 2 * SLOT_BYTES), 16)
}
