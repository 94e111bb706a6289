import { connectTo } from '../client/connect.ts'
import { checkBackend } from '../doctor/check-backend.ts'
import { checkMachine } from '../doctor/check-machine.ts'
import { checkServer } from '../doctor/check-server.ts'
import type { Finding } from '../doctor/finding.ts'
import { EXIT } from '../exit-code.ts'
import { type Line, padText, type Span, span } from '../view/line.ts'
import { printJson, printLines } from '../view/print.ts'

/** The options of `sluice doctor`. */
export interface DoctorOptions {
  readonly server: string
  /** Checked instead of the server. */
  readonly backend?: string
  readonly tokenFile?: string
  readonly json?: boolean
}

/** Checks what a server or a backend needs, and says what to do; fails if something does not work. */
export async function doctorCommand({ backend, json, ...options }: DoctorOptions): Promise<number> {
  const there = backend === undefined ? checkServer(await connectTo(options)) : checkBackend(backend)
  const findings = [...(await checkMachine()), ...(await there)]
  if (json) printJson({ findings })
  else printLines(findings.flatMap(linesOf))
  return findings.some(({ status }) => status === 'failure') ? EXIT.failed : EXIT.succeeded
}

const SIGNS: Readonly<Record<Finding['status'], Span>> = {
  ok: span('✔', 'green'),
  warning: span('!', 'yellow'),
  failure: span('✖', 'red'),
}

const CHECK_COLUMNS = 12

function linesOf({ check, status, detail, advice }: Finding): Line[] {
  const line = [SIGNS[status], span(` ${padText(check, CHECK_COLUMNS)}`), span(detail)]
  return advice === undefined ? [line] : [line, [span(`${' '.repeat(CHECK_COLUMNS + 2)}→ ${advice}`, 'dim')]]
}
