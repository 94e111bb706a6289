import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { publishedPackages, workspaceRoot } from './published-package.ts'

export interface ReadmeExample {
  /** Where it begins: the path from the root of the workspace, and the line. */
  place: string
  code: string
  /** Whether it is run, and not only type-checked: its fence does not say `no-run`. */
  isRun: boolean
}

/** Finds the TypeScript examples in the README of the workspace and of every published package. */
export function readmeExamples(): ReadmeExample[] {
  return [workspaceRoot, ...publishedPackages().map(({ folder }) => folder)]
    .map((folder) => join(folder, 'README.md'))
    .filter((file) => existsSync(file))
    .flatMap((file) => examplesIn(relative(workspaceRoot, file), readFileSync(file, 'utf8')))
}

/** Finds the blocks fenced as `ts` in a Markdown text. */
export function examplesIn(path: string, markdown: string): ReadmeExample[] {
  return [...markdown.matchAll(/^```ts(?<info> .*)?\n(?<code>[\s\S]*?)^```$/gm)].map((match) => ({
    place: `${path}:${markdown.slice(0, match.index).split('\n').length}`,
    code: match.groups?.code ?? '',
    isRun: !match.groups?.info?.split(' ').includes('no-run'),
  }))
}
