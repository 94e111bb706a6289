export { library as default } from '@sluice-tooling/tsup'
