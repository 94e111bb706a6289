export { project as default } from '@sluice-tooling/vitest'
