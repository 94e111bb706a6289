import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FolderLock, FolderLockedError } from '../../src/database/folder-lock.ts'

const NOBODYS_PID = 2 ** 22 + 1

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-lock-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** Leaves a lock as a process on this machine does, but for what is given. */
async function leaveLock(folder: string, change: object): Promise<string> {
  const lock = await FolderLock.take(folder)
  const path = join(folder, 'sluice.lock')
  const holder = JSON.parse(await readFile(path, 'utf8'))
  await lock.release()
  await writeFile(path, JSON.stringify({ ...holder, token: 'another', ...change }))
  return path
}

describe('FolderLock', () => {
  it('makes the folder, and leaves nothing in it', async () => {
    const folder = join(await newFolder(), 'deep', 'data')
    const lock = await FolderLock.take(folder)
    await lock.release()
    expect(await readdir(folder)).toEqual([])
  })

  it('refuses a folder that is in use, and names the process', async () => {
    const folder = await newFolder()
    const lock = await FolderLock.take(folder)
    const second = FolderLock.take(folder)
    await expect(second).rejects.toThrow(FolderLockedError)
    await expect(second).rejects.toThrow(`in use by process ${process.pid}`)
    await expect(second).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE', pid: process.pid })
    await lock.release()
    await (await FolderLock.take(folder)).release()
  })

  it('takes over from a process that died', async () => {
    const folder = await newFolder()
    await leaveLock(folder, { pid: NOBODYS_PID })
    await (await FolderLock.take(folder)).release()
  })

  it.runIf(process.platform === 'linux')('takes over when the pid is another process by now', async () => {
    const folder = await newFolder()
    await leaveLock(folder, { startedAt: '1' })
    await (await FolderLock.take(folder)).release()
  })

  it('believes a lock of another host for as long as it is touched', async () => {
    const folder = await newFolder()
    const path = await leaveLock(folder, { host: 'elsewhere', pid: NOBODYS_PID })
    await expect(FolderLock.take(folder)).rejects.toThrow(`process ${NOBODYS_PID} of host elsewhere`)
    const longAgo = new Date(Date.now() - 60_000)
    await utimes(path, longAgo, longAgo)
    await (await FolderLock.take(folder)).release()
  })

  it('takes over a file that a loss of power has emptied', async () => {
    const folder = await newFolder()
    const path = await leaveLock(folder, {})
    await writeFile(path, '')
    await expect(FolderLock.take(folder)).rejects.toThrow(FolderLockedError)
    const longAgo = new Date(Date.now() - 60_000)
    await utimes(path, longAgo, longAgo)
    await (await FolderLock.take(folder)).release()
  })

  it('goes to one of many that find a dead holder at once', async () => {
    const folder = await newFolder()
    await leaveLock(folder, { pid: NOBODYS_PID })
    const takes = await Promise.allSettled(Array.from({ length: 20 }, () => FolderLock.take(folder)))
    const taken = takes.filter((take) => take.status === 'fulfilled')
    expect(taken).toHaveLength(1)
    await taken[0]?.value.release()
    expect(await readdir(folder)).toEqual([])
  })

  it('leaves the file of who took over', async () => {
    const folder = await newFolder()
    const lock = await FolderLock.take(folder)
    await rm(join(folder, 'sluice.lock'))
    const other = await FolderLock.take(folder)
    await lock.release()
    await expect(FolderLock.take(folder)).rejects.toThrow(FolderLockedError)
    await other.release()
  })
})
