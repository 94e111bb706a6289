import { availableParallelism } from 'node:os'
import { SummaryReporter } from '@sluice-tooling/vitest'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['{packages,apps,tooling}/*/vitest.config.ts'],
    reporters: ['default', new SummaryReporter()],
    // Tests against servers wait more than they compute.
    maxWorkers: Math.max(3, availableParallelism() - 1),
  },
})
