import workflowStoreSql from './001-workflow-store.sql'
import logStoreSql from './002-log-store.sql'
import workerRegistrySql from './003-worker-registry.sql'
import queueSql from './004-queue.sql'

/** One step of our schema. Steps that were released are never edited: a later one changes what they made. */
export interface Migration {
  /** Counts from 1, without gaps. */
  readonly version: number
  readonly name: string
  readonly text: string
}

const STEPS: readonly (readonly [name: string, text: string])[] = [
  ['workflow-store', workflowStoreSql],
  ['log-store', logStoreSql],
  ['worker-registry', workerRegistrySql],
  ['queue', queueSql],
]

/** Every step, in order. */
export const MIGRATIONS: readonly Migration[] = STEPS.map(([name, text], index) => ({ version: index + 1, name, text }))
