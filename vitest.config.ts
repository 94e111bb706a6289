import { SummaryReporter } from '@sluice-tooling/vitest'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['{packages,apps,tooling}/*/vitest.config.ts'],
    reporters: ['default', new SummaryReporter()],
  },
})
