import { cancelSection } from './cancel.ts'
import { capabilitiesSection } from './capabilities.ts'
import { claimSection } from './claim.ts'
import { clockSection } from './clock.ts'
import { closeSection } from './close.ts'
import { completeSection } from './complete.ts'
import { concurrencySection } from './concurrency.ts'
import { enqueueSection } from './enqueue.ts'
import { errorsSection } from './errors.ts'
import { eventsSection } from './events.ts'
import { failSection } from './fail.ts'
import type { QueueHarness, TestRunner } from './harness.ts'
import { inspectSection } from './inspect.ts'
import { leaseSection } from './lease.ts'
import { limitsSection } from './limits.ts'
import { modelSection } from './model.ts'
import { purgeSection } from './purge.ts'
import { reapSection } from './reap.ts'
import { createSuite } from './suite.ts'
import { waitSection } from './wait.ts'

const SECTIONS = [
  limitsSection,
  enqueueSection,
  claimSection,
  waitSection,
  leaseSection,
  clockSection,
  completeSection,
  failSection,
  cancelSection,
  reapSection,
  eventsSection,
  inspectSection,
  purgeSection,
  closeSection,
  errorsSection,
  capabilitiesSection,
  concurrencySection,
  modelSection,
]

/** Registers the tests of every rule on a `JobQueue`. */
export function queueContract(runner: TestRunner, harness: QueueHarness): void {
  const suite = createSuite(runner, harness, {
    pick: ({ queue }) => ({ queue }),
    isMultiProcess: ({ queue }) => queue.capabilities.multiProcess,
  })
  runner.describe(`${harness.name}: job queue`, () => {
    for (const section of SECTIONS) section(suite)
  })
}
