import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackendHarness } from '@sluice/core/contract'
import { ManualClock } from '@sluice/queue-memory'
import { openSqliteBackend } from '../src/open-sqlite-backend.ts'

/** A backend in memory: each test has a database of its own, which is gone when it is closed. */
export const memoryHarness: BackendHarness = {
  name: 'sqlite in memory',
  faults: null,
  async open() {
    const clock = new ManualClock()
    const backend = await openSqliteBackend({ path: ':memory:', clock })
    return { backend, advance: (ms) => clock.advance(ms), close: () => backend.close() }
  },
}

/** A backend as in production: on a file, which is opened again to see what is left of it, and on the real clock. */
export const fileHarness: BackendHarness = {
  name: 'sqlite on a file',
  faults: null,
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-sqlite-'))
    const peer = async () => {
      const backend = await openSqliteBackend({ path: join(folder, 'sluice.db') })
      return { backend, close: () => backend.close() }
    }
    return { ...(await peer()), peer, dispose: () => rm(folder, { recursive: true }) }
  },
}
