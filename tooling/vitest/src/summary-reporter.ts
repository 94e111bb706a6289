import { writeSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

interface Summary {
  passed: number
  failed: number
  skipped: number
}

/** Ends the output of a run with `N passed, N failed`, and `, N skipped` if any were. */
export class SummaryReporter implements Reporter {
  #line = summaryLine({ passed: 0, failed: 0, skipped: 0 })

  onInit(): void {
    // Other reporters and the shutdown print after the run has ended; nothing prints after the exit.
    process.once('exit', () => writeSync(1, `${this.#line}\n`))
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    this.#line = summaryLine(summarize(modules, unhandledErrors))
  }
}

function summarize(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): Summary {
  // An error outside a test (a file that does not load, a hook, a stray rejection) fails the run, so it counts.
  const summary: Summary = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  for (const module of modules) {
    const groups = [module, ...module.children.allSuites()]
    summary.failed += groups.filter((group) => group.errors().length > 0).length
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      summary[state === 'pending' ? 'skipped' : state] += 1
    }
  }
  return summary
}

function summaryLine({ passed, failed, skipped }: Summary): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
