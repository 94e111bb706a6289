import { BackendUnavailableError, QueueError, ValidationError } from '@sluice/core'
import { FolderLock } from './folder-lock.ts'
import type { PgliteDatabase } from './pglite-database.ts'
import { PgliteDriver } from './pglite-driver.ts'
import { SETTINGS_SQL } from './session-settings.ts'

/**
 * Opens an embedded database: in a folder, in memory, or an instance of the application.
 *
 * @throws {FolderLockedError} for a folder that another process uses.
 * @throws {BackendUnavailableError} for one that cannot be opened.
 */
export async function openPgliteDriver(
  pglite: string | PgliteDatabase,
  schemas: readonly string[],
): Promise<PgliteDriver> {
  if (typeof pglite !== 'string') return new PgliteDriver({ pglite, schemas, store: 'PGlite', onClose: async () => {} })
  const store = `PGlite at ${pglite}`
  const { PGlite } = await importPglite()
  if (pglite.startsWith('memory://')) {
    const opened = await openPglite(() => PGlite.create(pglite), store)
    return new PgliteDriver({ pglite: opened, schemas, store, onClose: () => opened.close() })
  }
  const folder = pglite.startsWith('file://') ? pglite.slice('file://'.length) : pglite
  const lock = await takeFolder(folder, store)
  try {
    const opened = await openPglite(() => PGlite.create(folder), store)
    return new PgliteDriver({
      pglite: opened,
      schemas,
      store,
      onClose: () => opened.close().finally(() => lock.release()),
    })
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function takeFolder(folder: string, store: string): Promise<FolderLock> {
  try {
    return await FolderLock.take(folder)
  } catch (cause) {
    throw QueueError.is(cause) ? cause : new BackendUnavailableError(store, { cause })
  }
}

async function openPglite(create: () => Promise<PgliteDatabase>, store: string): Promise<PgliteDatabase> {
  try {
    const pglite = await create()
    await pglite.exec(SETTINGS_SQL)
    return pglite
  } catch (cause) {
    throw new BackendUnavailableError(store, { cause })
  }
}

async function importPglite(): Promise<typeof import('@electric-sql/pglite')> {
  try {
    return await import('@electric-sql/pglite')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new ValidationError('pglite', 'needs the package @electric-sql/pglite: npm install @electric-sql/pglite')
  }
}
