import { backendContract } from '@sluice/core/contract'
import { describe, it } from 'vitest'
import { createMemoryBackend, ManualClock } from '../src/index.ts'

const harness = {
  name: 'memory',
  faults: null,
  open: async () => {
    const clock = new ManualClock()
    const backend = createMemoryBackend({ clock })
    return { backend, close: () => backend.close(), advance: (ms: number) => clock.advance(ms) }
  },
}

backendContract({ describe, it }, harness)
