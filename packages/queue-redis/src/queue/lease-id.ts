import { randomFillSync } from 'node:crypto'

/** The parts of a lease's id. */
export interface LeaseKey {
  /** What proves the lease: the value of BullMQ's lock, then what tells its job from another of the same name. */
  readonly lease: string
  /** The job's name in BullMQ. */
  readonly jobKey: string
}

const TOKEN_BYTES = 12
const TOKENS_PER_DRAW = 256

/** Random bytes are drawn for many tokens at once: a draw costs much more than a token. */
const bytes = Buffer.alloc(TOKEN_BYTES * TOKENS_PER_DRAW)
let start = bytes.length

/** Makes a token of 96 random bits in 16 characters. */
export function createToken(): string {
  if (start === bytes.length) {
    randomFillSync(bytes)
    start = 0
  }
  start += TOKEN_BYTES
  return bytes.toString('base64url', start - TOKEN_BYTES, start)
}

/**
 * Makes an id of a lease that tells any process which job it is about.
 *
 * @param enqueuedBy The token of the call that enqueued the job. Its beginning tells the job from a later one of the same name.
 */
export function encodeLeaseId(token: string, enqueuedBy: string, jobKey: string): string {
  return `${token}${enqueuedBy.slice(0, JOB_MARK_LENGTH)}.${jobKey}`
}

/** Reads the id of a lease; that of no job where no claim can have given it. */
export function decodeLeaseId(leaseId: unknown): LeaseKey {
  const [, lease, jobKey] = (typeof leaseId === 'string' && /^([\w-]{22})\.([^.]+\.[^.]+)$/.exec(leaseId)) || []
  return lease === undefined || jobKey === undefined ? NO_LEASE : { lease, jobKey }
}

const JOB_MARK_LENGTH = 6
const NO_LEASE: LeaseKey = { lease: '', jobKey: '' }
