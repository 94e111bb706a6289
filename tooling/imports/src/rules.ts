import type { IForbiddenRuleType } from 'dependency-cruiser'

const anySource = '^(packages|apps)/[^/]+/src/'

/** Who may import whom. Paths are relative to the root of the workspace; `$1` is the importing package. */
export const rules: IForbiddenRuleType[] = [
  {
    name: 'core-imports-nothing-of-ours',
    comment: 'Everything builds on core, so core builds on nothing.',
    from: { path: '^packages/core/', pathNot: '[.]config[.]ts$' },
    to: { path: '^(packages/(?!core/)|tooling/)' },
  },
  {
    name: 'packages-import-only-core',
    comment: 'Users pick single packages: the source of each may use core and nothing else of ours.',
    from: { path: '^packages/(?!core/)([^/]+)/src/' },
    to: { path: '^packages/(?!core/|$1/)' },
  },
  {
    name: 'minimal-backend-imports-only-core',
    comment: 'It shows what a backend of your own takes: core, and nothing else of ours.',
    from: { path: '^tooling/minimal-backend/src/' },
    to: { path: '^(packages/(?!core/)|tooling/(?!minimal-backend/))' },
  },
  {
    name: 'tests-import-only-core-and-queue-memory',
    comment: 'Tests may also use the queue in memory, which is the oracle of the contract.',
    from: { path: '^packages/(?!core/)([^/]+)/(?!src/)' },
    to: { path: '^packages/(?!core/|queue-memory/|$1/)' },
  },
  {
    name: 'nothing-imports-an-app',
    comment: 'An app is the end of the line. Move what others need into a package.',
    from: { path: '^(packages|apps|tooling)/([^/]+)/' },
    to: { path: '^apps/', pathNot: '^$1/$2/' },
  },
  {
    name: 'no-tooling-at-run-time',
    comment: 'Tooling is not published: only tests and configuration may use it.',
    from: { path: anySource },
    to: { path: '^tooling/' },
  },
  {
    name: 'no-relative-import-across-packages',
    comment: 'Import the package by its name: a relative path does not exist once it is published.',
    from: { path: '^(packages|apps|tooling)/([^/]+)/' },
    to: { path: '^(packages|apps|tooling)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
  },
  {
    name: 'source-imports-only-declared-dependencies',
    comment: 'Add the dependency to the package.json of this package, or users will not have it.',
    from: { path: anySource, pathNot: '[.]test[.]ts$' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
  },
  {
    name: 'no-cycles',
    comment: 'Files that import each other cannot be understood or loaded on their own.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-unresolvable-imports',
    comment: 'The file or package does not exist.',
    from: {},
    to: { couldNotResolve: true },
  },
]
