import { fileURLToPath } from 'node:url'
import { project } from '@sluice-tooling/vitest'
import { mergeConfig } from 'vitest/config'

/** The configuration of a package whose test files share servers; none is started before a test asks for it. */
export const projectWithServers = mergeConfig(project, {
  test: {
    globalSetup: fileURLToPath(new URL('./share-servers.ts', import.meta.url)),
    // A server takes a second to start, and several on a busy machine.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
