import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const registerText = createRequire(import.meta.url).resolve('@sluice-tooling/vitest/register-text')

/** The flags with which `node` runs the sources of every package, without a build. */
export const sourceFlags: readonly string[] = [
  '--conditions=@sluice/source',
  '--import',
  pathToFileURL(registerText).href,
]
