/** Opens the embedded database in a folder, stores something there, and holds it until it is killed. */
import { openDatabase } from '../../src/database/open-database.ts'

const database = await openDatabase({ pglite: process.argv[2] ?? '' })
await database.query({ text: 'CREATE TABLE held AS SELECT 7 AS n' })
process.stdout.write('held\n')
setInterval(() => {}, 1000)
