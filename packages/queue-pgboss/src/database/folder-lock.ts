import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { QueueError } from '@sluice/core'

/** Who holds a folder, as its lock file says. */
interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process was started, in the units of its system; `null` where that cannot be told. */
  readonly startedAt: string | null
  /** Tells apart what one process locked at different times. */
  readonly token: string
}

const LOCK_FILE = 'sluice.lock'
const REFRESH_MS = 5000

/** A holder of whom nothing better is known is gone when its file was not touched for so long. */
const SILENT_MS = 30_000
const PERMIT_PAUSE_MS = 20

/**
 * The right of this process to use a folder, kept in a file within it.
 *
 * A process that dies leaves its file behind, which the next one recognises: by its pid and when that was started, or, from another
 * host, by the time for which the file was not touched.
 */
export class FolderLock {
  readonly #path: string
  readonly #token: string
  readonly #refreshing: NodeJS.Timeout

  private constructor(path: string, token: string) {
    this.#path = path
    this.#token = token
    this.#refreshing = setInterval(() => {
      const now = new Date()
      utimes(path, now, now).catch(() => {})
    }, REFRESH_MS)
    this.#refreshing.unref()
  }

  /**
   * Takes the folder, and makes it where it is not there.
   *
   * @throws {FolderLockedError} while another process holds it, or another opening of this one.
   */
  static async take(folder: string): Promise<FolderLock> {
    await mkdir(folder, { recursive: true })
    const path = join(folder, LOCK_FILE)
    const { pid } = process
    const mine: Holder = { pid, host: hostname(), startedAt: await startOf(pid), token: randomUUID() }
    while (!(await tryWrite(path, mine))) await removeStale(path, folder)
    return new FolderLock(path, mine.token)
  }

  async release(): Promise<void> {
    clearInterval(this.#refreshing)
    const holder = await readHolder(this.#path)
    if (holder?.token === this.#token) await rm(this.#path, { force: true })
  }
}

/** Another process uses the folder. */
export class FolderLockedError extends QueueError {
  override readonly name = 'FolderLockedError'
  readonly pid: number

  constructor(folder: string, { pid, host }: Pick<Holder, 'pid' | 'host'>) {
    const who = host === hostname() ? `process ${pid}` : `process ${pid} of host ${host}`
    super(
      'BACKEND_UNAVAILABLE',
      `${folder} is in use by ${who}: PGlite is for one process at a time; stop that one, or use a PostgreSQL server`,
    )
    this.pid = pid
  }
}

/** Writes the file unless it is there. */
async function tryWrite(path: string, holder: Holder): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(holder), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Removes the file of a holder that is gone. */
async function removeStale(path: string, folder: string): Promise<void> {
  const holder = await readHolder(path)
  if (holder === null) return
  if (!(await isGone(holder, path))) throw new FolderLockedError(folder, holder)
  // Many may find the same at the same time: one of them removes this holder, so that nobody removes who came after it.
  const permit = `${path}.${holder.token}`
  if (await tryWrite(permit, holder)) {
    const found = await readHolder(path)
    if (found?.token === holder.token && (await isGone(found, path))) await rm(path, { force: true })
    await rm(permit, { force: true })
  } else {
    if (await isSilent(permit)) await rm(permit, { force: true })
    await setTimeout(PERMIT_PAUSE_MS)
  }
}

async function isGone({ pid, host, startedAt }: Holder, path: string): Promise<boolean> {
  if (host === hostname()) {
    if (!isRunning(pid)) return true
    const running = await startOf(pid)
    if (startedAt !== null && running !== null) return running !== startedAt
  }
  return isSilent(path)
}

async function isSilent(path: string): Promise<boolean> {
  const touched = await stat(path).catch(() => null)
  return touched === null || Date.now() - touched.mtimeMs > SILENT_MS
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // A process of somebody else is there all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process was started, where the system tells in `/proc`: a pid alone may have been given to another since. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name of the process, in parentheses, may hold anything.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

async function readHolder(path: string): Promise<Holder | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  try {
    return JSON.parse(text) as Holder
  } catch {
    // It is just being written, or was when its machine lost power.
    return { pid: 0, host: 'unknown', startedAt: null, token: 'unreadable' }
  }
}
