import { join } from 'node:path'
import { checkImports } from './check-imports.ts'
import { rules } from './rules.ts'

const violations = await checkImports(join(import.meta.dirname, '../../..'))

for (const { rule, from, to } of violations) {
  const comment = rules.find(({ name }) => name === rule)?.comment
  process.stderr.write(`${from} imports ${to} [${rule}]\n  ${comment}\n`)
}
process.exitCode = violations.length > 0 ? 1 : 0
