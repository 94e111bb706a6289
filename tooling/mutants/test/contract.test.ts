import { backendContract } from '@sluice/core/contract'
import { createMemoryBackend, ManualClock } from '@sluice/queue-memory'
import { describe, it } from 'vitest'

backendContract(
  { describe, it },
  {
    name: 'memory',
    faults: null,
    async open() {
      const clock = new ManualClock()
      const backend = createMemoryBackend({ clock })
      return { backend, advance: (ms) => clock.advance(ms), close: () => backend.close() }
    },
  },
)
