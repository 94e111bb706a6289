import { createHash, randomBytes } from 'node:crypto'

/** Makes a token: 256 random bits, and a prefix by which scanners for leaked secrets know it. */
export function createToken(): string {
  return `sluice_${randomBytes(32).toString('base64url')}`
}

/**
 * Hashes a token, as it is stored.
 *
 * One round of SHA-256 is right for 256 random bits: nobody can try them all, however fast the hash.
 */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
