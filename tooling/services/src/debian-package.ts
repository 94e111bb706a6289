import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Installs a package where this process is root on a Debian, or on what derives from it; tells whether it did. */
export async function installDebianPackage(name: string): Promise<boolean> {
  if (process.getuid?.() !== 0) return false
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = () => run('apt-get', ['install', '--yes', '--no-install-recommends', name], { env })
  try {
    // The lists of packages are often missing or old in containers.
    await install().catch(async () => {
      await run('apt-get', ['update'], { env })
      await install()
    })
    return true
  } catch {
    return false
  }
}
