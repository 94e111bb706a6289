import { destination, type Logger, pino, stdSerializers } from 'pino'

/** How much a process that stays tells of what it does. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** One of `LOG_LEVELS`. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Makes the logger of a process that stays: one JSON object on a line, to standard error. */
export function createLogger(level: LogLevel, name: string): Logger {
  const options = {
    level,
    name,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: stdSerializers.err },
  }
  // Synchronous, so that the last lines of a process that ends are there.
  return pino(options, destination({ dest: 2, sync: true }))
}
