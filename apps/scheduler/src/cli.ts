#!/usr/bin/env node
import { describeError } from './error-report.ts'
import { signalExitCode } from './exit-code.ts'
import { runProgram } from './program.ts'

// A reader that went away is no reason for a stack trace; what it still wants from us is that we stop.
process.stdout.on('error', () => {
  process.exitCode = signalExitCode('SIGPIPE')
})
process.stderr.on('error', () => {})

function fail(error: unknown): void {
  const { text, exitCode } = describeError(error)
  process.stderr.write(text)
  process.exitCode = exitCode
}

process.on('uncaughtException', (error) => {
  fail(error)
  process.exit()
})

try {
  const exitCode = await runProgram(process.argv.slice(2))
  process.exitCode ??= exitCode
} catch (error) {
  fail(error)
}
