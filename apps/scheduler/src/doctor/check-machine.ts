import { access, constants } from 'node:fs/promises'
import manifest from '../../package.json' with { type: 'json' }
import { type Finding, failure, ok } from './finding.ts'

const SHELL = '/bin/sh'

/** Checks what this machine brings. */
export async function checkMachine(): Promise<Finding[]> {
  const version = ok('version', `sluice ${manifest.version} on Node.js ${process.versions.node}`)
  const hasShell = await access(SHELL, constants.X_OK).then(
    () => true,
    () => false,
  )
  const shell = hasShell
    ? ok('shell', `${SHELL} runs the jobs of workers here`)
    : failure('shell', `there is no ${SHELL}`, 'workers here cannot run shell jobs; use Linux, macOS or WSL')
  return [version, shell]
}
