import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { installDebianPackage } from './debian-package.ts'

const run = promisify(execFile)

/**
 * Finds the first of some commands that can be run, and installs the package where this process is root on a Debian.
 *
 * @throws {Error} with the remedy.
 */
export async function findCommand(files: readonly string[], debianPackage: string, remedy: string): Promise<string> {
  const command =
    (await firstToRun(files)) ?? ((await installDebianPackage(debianPackage)) && (await firstToRun(files)))
  if (!command) throw new Error(`There is no ${files[0]} on this machine. ${remedy}`)
  return command
}

async function firstToRun(files: readonly string[]): Promise<string | undefined> {
  for (const file of files)
    if (
      await run(file, ['--version']).then(
        () => true,
        () => false,
      )
    )
      return file
  return undefined
}
