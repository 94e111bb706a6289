// What `pnpm start` shows: a report on this checkout, then some 2,000 jobs that need each other.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../src/commands/run.ts'
import { EXIT } from '../src/exit-code.ts'
import { runMontage } from './montage.ts'

const checkout = fileURLToPath(new URL('../../..', import.meta.url))
const example = fileURLToPath(new URL('../examples/repo-report.yml', import.meta.url))

process.exitCode = await showReport()
if (process.exitCode === EXIT.succeeded) process.exitCode = await showMontage()

async function showReport(): Promise<number> {
  print('\nA report on this checkout, by shell scripts\n$ sluice run apps/scheduler/examples/repo-report.yml -c 4\n\n')
  const exitCode = await runCommand(example, { concurrency: 4, backend: 'memory', cwd: checkout })
  // Elsewhere the log of the run has it.
  if (exitCode === EXIT.succeeded && process.stdout.isTTY) print(`\n${readReport()}`)
  return exitCode
}

function readReport(): string {
  const path = execFileSync('git', ['rev-parse', '--git-path', 'repo-report.md'], { cwd: checkout, encoding: 'utf8' })
  return readFileSync(process.env.REPORT ?? resolve(checkout, path.trim()), 'utf8')
}

function showMontage(): Promise<number> {
  print('\nA mosaic of the sky as Montage makes it, by a handler that sleeps instead of working\n\n')
  return runMontage()
}

function print(text: string): void {
  process.stdout.write(text)
}
