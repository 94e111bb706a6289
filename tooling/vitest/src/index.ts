import { defineConfig } from 'vitest/config'
import { inlineText } from './inline-text.ts'

const conditions = ['@sluice/source', 'module', 'node', 'development|production']

export const project = defineConfig({
  plugins: [inlineText()],
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@sluice/source'] } },
  test: {
    include: ['test/**/*.test.ts', 'src/**/*.test.ts'],
    environment: 'node',
  },
})
