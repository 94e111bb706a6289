import { createHmac, randomFillSync } from 'node:crypto'

/** What the id of a lease says. */
export interface LeaseRef {
  readonly leaseId: string
  /** The UUID of the job. */
  readonly job: string
  readonly labelSet: number
  /** Unguessable, and another one for each lease. */
  readonly nonce: string
  /** When it was given, on the clock of the store, in milliseconds since the epoch. */
  readonly claimedAt: number
}

const NONCE_BYTES = 12
const NONCES_PER_DRAW = 256
const SEAL_LENGTH = 11
const LEASE_ID =
  /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.(\d{1,9})\.([\w-]{16})\.(\d{1,15})\.([\w-]{11})$/

/**
 * Makes the ids of leases, and reads them.
 *
 * An id names its job and its label set, so that any process settles the lease without a look-up, and its time, which tells it from those
 * of a later job of the same name. It is sealed with a secret of the store, which so knows every lease that it ever gave without keeping
 * a record of it.
 */
export class LeaseIds {
  readonly #secret: string
  /** Random bytes are drawn for many leases at once: a draw costs much more than a nonce. */
  readonly #bytes = Buffer.alloc(NONCE_BYTES * NONCES_PER_DRAW)
  #start = this.#bytes.length

  constructor(secret: string) {
    this.#secret = secret
  }

  createNonce(): string {
    if (this.#start === this.#bytes.length) {
      randomFillSync(this.#bytes)
      this.#start = 0
    }
    const start = this.#start
    this.#start += NONCE_BYTES
    return this.#bytes.toString('base64url', start, this.#start)
  }

  create({ job, labelSet, nonce, claimedAt }: Omit<LeaseRef, 'leaseId'>): string {
    const name = `${job}.${labelSet}.${nonce}.${claimedAt}`
    return `${name}.${this.#seal(name)}`
  }

  /** Reads an id; `null` for one that no store could have given. Only `isGenuine` tells whether this one did. */
  parse(leaseId: unknown): LeaseRef | null {
    if (typeof leaseId !== 'string') return null
    const [, job, labelSet, nonce, claimedAt, seal] = LEASE_ID.exec(leaseId) ?? []
    if (job === undefined || labelSet === undefined || nonce === undefined || seal === undefined) return null
    return { leaseId, job, labelSet: Number(labelSet), nonce, claimedAt: Number(claimedAt) }
  }

  /** Tells whether this store gave a lease. */
  isGenuine(lease: LeaseRef): boolean {
    return lease.leaseId === this.create(lease)
  }

  #seal(name: string): string {
    return createHmac('sha256', this.#secret).update(name).digest('base64url').slice(0, SEAL_LENGTH)
  }
}
