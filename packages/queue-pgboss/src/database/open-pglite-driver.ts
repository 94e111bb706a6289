import type { PGlite } from '@electric-sql/pglite'
import { PgliteDriver } from './pglite-driver.ts'

/** Opens an embedded database: in a folder, in memory, or an instance of the application. */
export async function openPgliteDriver(pglite: string | PGlite): Promise<PgliteDriver> {
  if (typeof pglite !== 'string') {
    return new PgliteDriver({ pglite, store: 'PGlite', onClose: async () => {} })
  }
  const { PGlite } = await import('@electric-sql/pglite')
  const opened = await PGlite.create(pglite)
  return new PgliteDriver({ pglite: opened, store: `PGlite at ${pglite}`, onClose: () => opened.close() })
}
