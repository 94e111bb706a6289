/** With `node --import`, imports `.sql` and `.lua` files as text, as the build does. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isTextFile, textModule } from './text-module.ts'

registerHooks({
  load(url, context, nextLoad) {
    if (!isTextFile(url)) return nextLoad(url, context)
    return { format: 'module', source: textModule(readFileSync(fileURLToPath(url), 'utf8')), shortCircuit: true }
  },
})
