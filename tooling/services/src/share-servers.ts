/** Set-up of a test run. */
export { shareServers as setup } from './shared-servers.ts'
