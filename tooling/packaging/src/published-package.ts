import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface PublishedPackage {
  name: string
  version: string
  folder: string
  binNames: string[]
  peerNames: string[]
  /** The source file of each entry, by the name that users import it by. */
  sources: Record<string, string>
}

interface Manifest {
  name: string
  version: string
  private?: boolean
  bin?: Record<string, string>
  peerDependencies?: Record<string, string>
  exports?: Record<string, string | Record<string, string>>
}

export const workspaceRoot = join(import.meta.dirname, '../../..')

/** Finds the packages of the workspace that are published. */
export function publishedPackages(): PublishedPackage[] {
  return ['packages', 'apps']
    .flatMap((parent) => readdirSync(join(workspaceRoot, parent)).map((name) => join(workspaceRoot, parent, name)))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(folder) }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest }) => ({
      name: manifest.name,
      version: manifest.version,
      folder,
      binNames: Object.keys(manifest.bin ?? {}),
      peerNames: Object.keys(manifest.peerDependencies ?? {}),
      sources: sourcesOf(folder, manifest),
    }))
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

function sourcesOf(folder: string, { name, exports = {} }: Manifest): Record<string, string> {
  const sources: Record<string, string> = {}
  for (const [subpath, target] of Object.entries(exports)) {
    const source = typeof target === 'string' ? undefined : target['@sluice/source']
    if (source) sources[name + subpath.slice(1)] = join(folder, source)
  }
  return sources
}
