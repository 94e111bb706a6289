import { chown, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { guardCharge } from './guard.ts'
import type { SystemUser } from './system-user.ts'

/** A folder that is removed by `dispose`, or else when this process ends. */
export interface TemporaryFolder {
  readonly path: string
  dispose(): Promise<void>
}

/** Makes a folder, for a user where one is given. */
export async function makeTemporaryFolder(name: string, owner?: SystemUser): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(await realpath(tmpdir()), `sluice-${name}-`))
  const unguard = guardCharge({ folder: path })
  if (owner) await chown(path, owner.uid, owner.gid)
  return {
    path,
    async dispose() {
      await rm(path, { recursive: true, force: true, maxRetries: 5 })
      unguard()
    },
  }
}
