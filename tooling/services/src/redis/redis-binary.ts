import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { installDebianPackage } from '../debian-package.ts'

const run = promisify(execFile)

let found: Promise<string> | undefined

/** Finds the server of Redis or Valkey, and installs it on a Debian where this process is root. */
export function findRedisBinary(): Promise<string> {
  found ??= find()
  return found
}

async function find(): Promise<string> {
  for (const file of ['redis-server', 'valkey-server']) if (await canRun(file)) return file
  if ((await installDebianPackage('redis-server')) && (await canRun('redis-server'))) return 'redis-server'
  throw new Error('There is no redis-server on the PATH. Install Redis 7 or newer, or set REDIS_URL to a server.')
}

function canRun(file: string): Promise<boolean> {
  return run(file, ['--version']).then(
    () => true,
    () => false,
  )
}
