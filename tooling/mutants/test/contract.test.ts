import { queueContract } from '@sluice/core/contract'
import { InMemoryJobQueue, ManualClock } from '@sluice/queue-memory'
import { describe, it } from 'vitest'

queueContract(
  { describe, it },
  {
    name: 'memory',
    faults: null,
    async open() {
      const clock = new ManualClock()
      const queue = new InMemoryJobQueue({ clock })
      return { queue, advance: (ms) => clock.advance(ms), close: () => queue.close() }
    },
  },
)
