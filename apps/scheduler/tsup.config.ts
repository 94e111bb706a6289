import { library } from '@sluice-tooling/tsup'

export default {
  ...library,
  // Threads are started by their file.
  entry: { ...library.entry, 'parsing-thread': './src/api/parsing/parsing-thread.ts' },
}
