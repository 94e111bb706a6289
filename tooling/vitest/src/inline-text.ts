import { readFile } from 'node:fs/promises'
import type { Plugin } from 'vitest/config'
import { isTextFile, textModule } from './text-module.ts'

/** Imports `.sql` and `.lua` files as text, as the build does. */
export function inlineText(): Plugin {
  return {
    name: 'sluice:inline-text',
    enforce: 'pre',
    async load(id) {
      return isTextFile(id) ? textModule(await readFile(id, 'utf8')) : null
    },
  }
}
