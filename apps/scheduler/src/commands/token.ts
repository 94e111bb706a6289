import type { Role } from '../api/auth/role.ts'
import { TokenFile } from '../api/auth/token-file.ts'
import { EXIT } from '../exit-code.ts'
import { defaultTokensPath } from '../service/data-folder.ts'
import { span } from '../view/line.ts'
import { printJson, printLines } from '../view/print.ts'
import { tableLines } from '../view/table.ts'
import { formatMoment } from '../view/words.ts'

/** Where the tokens are. */
export interface TokenFileOptions {
  readonly tokens?: string
  readonly json?: boolean
}

/** The options of `sluice token create`. */
export interface TokenCreateOptions extends TokenFileOptions {
  readonly role: readonly Role[]
  /** How long it is valid, in milliseconds. */
  readonly expires?: number
}

/** Makes a token. The token alone goes to standard output, so that it can be sent to where it is needed. */
export async function tokenCreateCommand(
  name: string,
  { role, expires, ...options }: TokenCreateOptions,
): Promise<number> {
  const file = tokenFile(options)
  const expiry = expires === undefined ? {} : { expiresAt: Date.now() + expires }
  const token = await file.create({ name, roles: role, ...expiry })
  if (options.json) printJson({ name, roles: role, token, tokens: file.path, ...expiry })
  else {
    process.stdout.write(`${token}\n`)
    process.stderr.write(`stored hashed in ${file.path}; this is the only time that the token is shown\n`)
  }
  return EXIT.succeeded
}

/** Lists the tokens, which are stored only as hashes. */
export async function tokenListCommand(options: TokenFileOptions): Promise<number> {
  const file = tokenFile(options)
  const tokens = (await file.read()).map(({ sha256: _, ...token }) => token)
  if (options.json) printJson({ tokens })
  else if (tokens.length === 0) printLines([[span(`no tokens in ${file.path}`, 'dim')]])
  else printLines(tableLines(['NAME', 'ROLES', 'CREATED', 'EXPIRES'], tokens.map(cellsOf)))
  return EXIT.succeeded
}

/** Takes a token away. */
export async function tokenRevokeCommand(name: string, options: TokenFileOptions): Promise<number> {
  await tokenFile(options).revoke(name)
  if (options.json) printJson({ revoked: name })
  else printLines([[span(`"${name}" is revoked; servers refuse it within a second`)]])
  return EXIT.succeeded
}

function tokenFile({ tokens }: TokenFileOptions): TokenFile {
  return new TokenFile(tokens ?? defaultTokensPath())
}

type ListedToken = Omit<Awaited<ReturnType<TokenFile['read']>>[number], 'sha256'>

function cellsOf({ name, roles, createdAt, expiresAt }: ListedToken) {
  const expiry = expiresAt === undefined ? 'never' : formatMoment(expiresAt)
  return [span(name), span(roles.join(',')), span(formatMoment(createdAt), 'dim'), span(expiry, 'dim')]
}
