import { randomFillSync } from 'node:crypto'

/** The parts of a lease's id. */
export interface LeaseKey {
  /** What proves the lease: the value of BullMQ's lock. */
  readonly token: string
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

/** Makes an id of a lease that tells any process which job it is about. */
export function encodeLeaseId({ token, jobKey }: LeaseKey): string {
  return `${token}.${jobKey}`
}

/** Reads the id of a lease; that of no job where no claim can have given it. */
export function decodeLeaseId(leaseId: unknown): LeaseKey {
  const [, token, jobKey] = (typeof leaseId === 'string' && /^([\w-]{16})\.([^.]+\.[^.]+)$/.exec(leaseId)) || []
  return token === undefined || jobKey === undefined ? NO_LEASE : { token, jobKey }
}

const NO_LEASE: LeaseKey = { token: '', jobKey: '' }
