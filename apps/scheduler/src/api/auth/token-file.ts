import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { InputError } from '../../input-error.ts'
import { createToken, hashToken } from './token.ts'
import { type TokenRecord, tokenFileSchema, tokenRecordSchema } from './token-record.ts'

/** What to make a token for. */
export interface NewToken extends Pick<TokenRecord, 'name' | 'roles'> {
  /** When it runs out, in milliseconds since the epoch. Defaults to never. */
  readonly expiresAt?: number
}

/** The file in which a server finds its tokens, hashed; only its owner can read it. */
export class TokenFile {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /**
   * Reads the tokens; none where there is no file.
   *
   * @throws {InputError} if it cannot be read, is not a file of tokens, or somebody else could change it.
   */
  async read(): Promise<readonly TokenRecord[]> {
    try {
      const { mode } = await stat(this.path)
      if ((mode & 0o022) !== 0)
        throw new InputError(`others can change the tokens in ${this.path}; run: chmod 600 ${this.path}`)
      return parseTokens(await readFile(this.path, 'utf8'), this.path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      if (error instanceof InputError) throw error
      throw new InputError(`cannot read the tokens in ${this.path}: ${(error as Error).message}`)
    }
  }

  /**
   * Makes a token and stores its hash. The token itself is nowhere but in the result.
   *
   * @throws {InputError} for a name that is taken or is none, or if the file cannot be changed.
   */
  async create(token: NewToken): Promise<string> {
    const secret = createToken()
    const sha256 = hashToken(secret).toString('hex')
    const { success, data, error } = tokenRecordSchema.safeParse({ ...token, sha256, createdAt: Date.now() })
    if (!success) throw new InputError(`the token cannot be made: ${z.prettifyError(error)}`)
    await this.#change((tokens) => {
      if (tokens.some(({ name }) => name === token.name))
        throw new InputError(`there is a token "${token.name}" already; revoke it first, or take another name`)
      return [...tokens, data]
    })
    return secret
  }

  /**
   * Removes a token: servers refuse it within a second.
   *
   * @throws {InputError} for an unknown name, or if the file cannot be changed.
   */
  async revoke(name: string): Promise<void> {
    await this.#change((tokens) => {
      const left = tokens.filter((token) => token.name !== name)
      if (left.length === tokens.length) throw new InputError(`there is no token "${name}" in ${this.path}`)
      return left
    })
  }

  /** Writes a new file beside the old one and puts it in its place, so that a reader finds one or the other whole. */
  async #change(change: (tokens: readonly TokenRecord[]) => readonly TokenRecord[]): Promise<void> {
    const draft = `${this.path}.${randomUUID()}`
    const unlock = await this.#lock()
    try {
      const tokens = change(await this.read())
      const file = await open(draft, 'wx', 0o600)
      try {
        await file.writeFile(`${JSON.stringify({ tokens }, null, 2)}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, this.path)
    } catch (error) {
      await rm(draft, { force: true })
      if (error instanceof InputError) throw error
      throw new InputError(`cannot change the tokens in ${this.path}: ${(error as Error).message}`)
    } finally {
      await unlock()
    }
  }

  async #lock(): Promise<() => Promise<void>> {
    const lock = `${this.path}.lock`
    try {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 })
      await (await open(lock, 'wx', 0o600)).close()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') throw new InputError(`the tokens are being changed; if they are not, remove ${lock}`)
      throw new InputError(`cannot change the tokens in ${this.path}: ${message}`)
    }
    return () => rm(lock, { force: true })
  }
}

function parseTokens(text: string, path: string): readonly TokenRecord[] {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new InputError(`${path} is not a file of tokens: ${(error as Error).message}`)
  }
  const { success, data, error } = tokenFileSchema.safeParse(json)
  if (!success) throw new InputError(`${path} is not a file of tokens: ${z.prettifyError(error)}`)
  return data.tokens
}
