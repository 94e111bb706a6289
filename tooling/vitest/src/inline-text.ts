import { readFile } from 'node:fs/promises'
import type { Plugin } from 'vitest/config'

/** Imports `.sql` and `.lua` files as text, as the build does. */
export function inlineText(): Plugin {
  return {
    name: 'sluice:inline-text',
    enforce: 'pre',
    async load(id) {
      if (!/\.(sql|lua)$/.test(id)) return null
      return `export default ${JSON.stringify(await readFile(id, 'utf8'))}`
    },
  }
}
