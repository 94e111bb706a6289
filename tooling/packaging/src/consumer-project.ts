import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type PublishedPackage, workspaceRoot } from './published-package.ts'
import type { ReadmeExample } from './readme-example.ts'

const run = promisify(execFile)

const tsconfig = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2024', 'esnext.disposable'],
    types: ['node'],
    module: 'nodenext',
    moduleDetection: 'force',
    strict: true,
    noEmit: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    // What is published is checked as a whole, and not only what an example happens to touch.
    skipLibCheck: false,
  },
}

/** A project outside the workspace that has the packed packages installed, as a user of them would. */
export class ConsumerProject {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** @param examples What is imported by them is installed too, in the versions that their packages have. */
  static async create(
    packages: readonly PublishedPackage[],
    examples: readonly ReadmeExample[],
  ): Promise<ConsumerProject> {
    const project = new ConsumerProject(await mkdtemp(join(tmpdir(), 'sluice-consumer-')))
    const tarballs: Record<string, string> = {}
    for (const published of packages) tarballs[published.name] = await project.#pack(published)
    const dependencies = { ...(await installedPeers(packages)), ...(await importedByExamples(examples)), ...tarballs }
    await project.write('package.json', JSON.stringify({ private: true, type: 'module', dependencies }))
    // Without it a package of ours that depends on another would look for that one in the registry.
    // What dependencies would compile to be faster is left out: it must work without.
    await project.write('pnpm-workspace.yaml', JSON.stringify({ overrides: tarballs, strictDepBuilds: false }))
    await project.write('tsconfig.json', JSON.stringify(tsconfig))
    await project.run('pnpm', 'install', '--prefer-offline', '--no-frozen-lockfile')
    return project
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.#folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }

  /** Runs a command in the project and resolves with what it printed; rejects with that if it fails. */
  async run(command: string, ...args: string[]): Promise<string> {
    try {
      const { stdout } = await run(command, args, { cwd: this.#folder, timeout: 120_000 })
      return stdout
    } catch (error) {
      const { stdout, stderr, message } = error as Error & { stdout?: string; stderr?: string }
      throw new Error([message, stdout, stderr].join('\n'))
    }
  }

  /** Rejects with the errors that the compiler finds, but for those in the declarations of others. */
  async typeCheck(): Promise<void> {
    try {
      await this.run(process.execPath, join(workspaceRoot, 'node_modules/typescript/bin/tsc'))
    } catch (error) {
      const lines = (error as Error).message.split('\n').filter((line) => line.includes(': error TS'))
      const ours = lines.filter((line) => !line.startsWith('node_modules/') || line.includes('/@sluice/'))
      if (lines.length === 0 || ours.length > 0) throw error
    }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #pack({ name, folder }: PublishedPackage): Promise<string> {
    const tarball = join(this.#folder, 'tarballs', `${name.replace('/', '-')}.tgz`)
    await mkdir(dirname(tarball), { recursive: true })
    await this.run('pnpm', '--dir', folder, 'pack', '--out', tarball)
    return `file:${tarball}`
  }
}

/** The peers of the packages, in the versions that the workspace has, and the types of Node. */
async function installedPeers(packages: readonly PublishedPackage[]): Promise<Record<string, string>> {
  const peers: Record<string, string> = { '@types/node': await installedVersion(workspaceRoot, '@types/node') }
  for (const { folder, peerNames } of packages) {
    for (const name of peerNames) peers[name] = await installedVersion(folder, name)
  }
  return peers
}

/** What examples import that is not ours, with its types where it has them in a package of their own. */
async function importedByExamples(examples: readonly ReadmeExample[]): Promise<Record<string, string>> {
  const versions: Record<string, string> = {}
  for (const { place, code } of examples) {
    const folder = join(workspaceRoot, dirname(place))
    const names = [...code.matchAll(/ from '([^'.]+)'/g)].map(([, name]) => name as string)
    for (const name of names.filter((each) => !each.startsWith('node:') && !each.startsWith('@sluice/'))) {
      versions[name] = await installedVersion(folder, name)
      const types = `@types/${name}`
      if (existsSync(join(folder, 'node_modules', types))) versions[types] = await installedVersion(folder, types)
    }
  }
  return versions
}

async function installedVersion(folder: string, name: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8'))
  return version
}
