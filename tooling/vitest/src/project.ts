import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { inlineText } from './inline-text.ts'

// Vite's defaults for code that runs on Node, after our own: naming one condition drops the defaults.
const conditions = ['@sluice/source', 'module', 'node', 'development|production']

/** The configuration of one package's tests: they read the sources of every package, so they need no build. */
export const project = defineConfig({
  plugins: [inlineText()],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{src,test}/**/*.test.ts'],
    // Tests against servers wait more than they compute.
    maxWorkers: Math.max(3, availableParallelism() - 1),
  },
})
