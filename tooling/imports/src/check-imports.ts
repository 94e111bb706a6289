import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { rules } from './rules.ts'

export interface ImportViolation {
  rule: string
  from: string
  /** What it imports; for a cycle, every file on the way back to `from`. */
  to: string
}

/** Returns the imports under `root` (a workspace) that break a rule. */
export async function checkImports(root: string): Promise<ImportViolation[]> {
  const folders = ['packages', 'apps', 'tooling'].filter((folder) => existsSync(join(root, folder)))
  const { output } = await cruise(
    folders,
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: rules.map((rule) => ({ severity: 'error', ...rule })) },
      exclude: { path: '(^|/)(dist|[.]turbo)/' },
      doNotFollow: { path: 'node_modules' },
      // An import of a type is an import too: it decides what a package needs and what it knows.
      tsPreCompilationDeps: true,
      combinedDependencies: false,
    },
    {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['@sluice/source', 'import', 'node', 'default'],
    },
  )
  const { summary } = output as ICruiseResult
  return summary.violations.map(({ rule, from, to, cycle }) => ({
    rule: rule.name,
    from,
    to: cycle ? cycle.map(({ name }) => name).join(' -> ') : to,
  }))
}
