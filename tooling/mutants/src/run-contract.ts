import type { Backend } from '@sluice/core'
import { type BackendHarness, backendContract } from '@sluice/core/contract'
import { createMemoryBackend, ManualClock } from '@sluice/queue-memory'

export interface Failure {
  readonly title: string
  readonly error: unknown
}

/** Runs those tests of the contract whose titles a filter accepts, up to the first that fails. */
export async function findFailure(
  harness: BackendHarness,
  accepts: (title: string) => boolean,
): Promise<Failure | null> {
  for (const { title, body } of collectTests(harness)) {
    if (!accepts(title)) continue
    try {
      await body()
    } catch (error) {
      return { title, error }
    }
  }
  return null
}

/** Collects the tests of the contract instead of running them. */
export function collectTests(harness: BackendHarness): { title: string; body: () => Promise<void> }[] {
  const tests: { title: string; body: () => Promise<void> }[] = []
  const runner = {
    describe: (_: string, define: () => void) => define(),
    it: (title: string, body: () => Promise<void>) => tests.push({ title, body }),
  }
  backendContract(runner, harness)
  return tests
}

/** The memory backend, changed. A fault may well make a test wait in vain: then it is not worth to wait for long. */
export function memoryHarness(mutate: (backend: Backend) => Backend, patienceMs = 150): BackendHarness {
  return {
    name: 'memory',
    faults: null,
    patienceMs,
    model: { seed: 1 },
    async open() {
      const clock = new ManualClock()
      const backend = createMemoryBackend({ clock, maxLogBytesPerJob: 1_000_000 })
      return { backend: mutate(backend), advance: (ms) => clock.advance(ms), close: () => backend.close() }
    },
  }
}
