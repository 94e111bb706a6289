export { projectWithServers as default } from '@sluice-tooling/services/vitest'
