import { testPostgres } from '@sluice-tooling/services'
import { onTestFinished } from 'vitest'
import { serviceFaults } from './service-faults.ts'

serviceFaults('PostgreSQL', async () => {
  const server = await testPostgres()
  const database = await server.createDatabase()
  onTestFinished(() => database.dispose())
  return database.url
})
