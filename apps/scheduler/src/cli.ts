#!/usr/bin/env node
import { EXIT, signalExitCode } from './exit-code.ts'
import { runProgram } from './program.ts'

process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (process.exitCode !== undefined) return
  // A reader that went away is nothing to complain about; it only wants us to stop.
  process.exitCode = code === 'EPIPE' ? signalExitCode('SIGPIPE') : EXIT.defect
  if (code !== 'EPIPE') process.stderr.write(`sluice: cannot write the output: ${message}\n`)
})
process.stderr.on('error', () => {})
process.on('uncaughtException', (error) => {
  void fail(error).finally(() => process.exit())
})

try {
  const exitCode = await runProgram(process.argv.slice(2))
  process.exitCode ??= exitCode
} catch (error) {
  await fail(error)
}

async function fail(error: unknown): Promise<void> {
  // Loaded only now, because it knows the errors of all packages and so loads them.
  const { describeError } = await import('./error-report.ts')
  const { text, exitCode } = describeError(error)
  process.stderr.write(text)
  process.exitCode = exitCode
}
