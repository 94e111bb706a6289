import type { Level, Logger } from 'pino'
import type { AnsweredRequest } from '../api/answered-request.ts'

/** What monitoring and workers ask for again and again. */
const ROUTINE = /\/(?:healthz|readyz|metrics|heartbeat)$|\/v1\/(?:claims|leases|logs|cancellations)(?:\/|$)/

/**
 * Writes each answered request to a log: what failed in the server as an error, what is routine and went well for debugging, and all
 * else as information.
 */
export function accessLog(logger: Logger): (request: AnsweredRequest) => void {
  return (request) => logger[levelOf(request)](request, 'request')
}

function levelOf({ status, route }: AnsweredRequest): Level {
  if (status >= 500) return 'error'
  return status < 400 && ROUTINE.test(route) ? 'debug' : 'info'
}
