import { timingSafeEqual } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { Caller } from './caller.ts'
import { hashToken } from './token.ts'
import type { TokenFile } from './token-file.ts'
import type { TokenRecord } from './token-record.ts'
import type { TokenStore } from './token-store.ts'

/** How long a change of the file may go unnoticed. */
const RECHECK_MS = 1000

interface KnownToken {
  readonly hash: Buffer
  readonly caller: Caller
  readonly expiresAt: number
}

/**
 * The tokens of a file, read again when it changes.
 *
 * A file that cannot be read any more leaves the tokens as they were, and `onError` hears of it.
 */
export class FileTokenStore implements TokenStore {
  readonly #file: TokenFile
  readonly #onError: (error: unknown) => void
  #tokens: readonly KnownToken[] = []
  #version = ''
  #checkedAt = Number.NEGATIVE_INFINITY
  #checking: Promise<void> | null = null

  private constructor(file: TokenFile, onError: (error: unknown) => void) {
    this.#file = file
    this.#onError = onError
  }

  /**
   * Reads the file.
   *
   * @throws {InputError} if it cannot be read.
   */
  static async open(file: TokenFile, onError: (error: unknown) => void): Promise<FileTokenStore> {
    const store = new FileTokenStore(file, onError)
    await store.#read(await versionOf(file.path))
    return store
  }

  async isEmpty(): Promise<boolean> {
    await this.#refresh()
    return this.#tokens.length === 0
  }

  async find(token: string): Promise<Caller | null> {
    await this.#refresh()
    const hash = hashToken(token)
    let found: KnownToken | null = null
    // Goes through all of them, so that the time tells nothing of which came close.
    for (const known of this.#tokens) if (timingSafeEqual(known.hash, hash)) found = known
    return found !== null && found.expiresAt > Date.now() ? found.caller : null
  }

  async #refresh(): Promise<void> {
    if (performance.now() - this.#checkedAt < RECHECK_MS) return
    this.#checking ??= this.#check().finally(() => {
      this.#checking = null
    })
    await this.#checking
  }

  async #check(): Promise<void> {
    try {
      const version = await versionOf(this.#file.path)
      if (version !== this.#version) await this.#read(version)
    } catch (error) {
      this.#onError(error)
    }
    this.#checkedAt = performance.now()
  }

  async #read(version: string): Promise<void> {
    this.#tokens = (await this.#file.read()).map(knownToken)
    this.#version = version
    this.#checkedAt = performance.now()
  }
}

function knownToken({ name, roles, sha256, expiresAt = Number.POSITIVE_INFINITY }: TokenRecord): KnownToken {
  return { hash: Buffer.from(sha256, 'hex'), caller: { name, roles }, expiresAt }
}

/** Tells one state of a file from another; the inode changes with every replacement, however quick. */
async function versionOf(path: string): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await stat(path)
    return `${ino} ${mtimeMs} ${size}`
  } catch {
    return ''
  }
}
