import { queueContract } from '@sluice/core/contract'
import { describe, it } from 'vitest'
import { createMemoryBackend, ManualClock } from '../src/index.ts'

const runner = { describe, it }
const harness = {
  name: 'memory',
  faults: null,
  open: async () => {
    const clock = new ManualClock()
    return Object.assign(createMemoryBackend({ clock }), { advance: (ms: number) => clock.advance(ms) })
  },
}

queueContract(runner, harness)
