import { ValidationError } from '@sluice/core'
import { translateError } from './database-error.ts'
import type { Session, Statement } from './session.ts'

/**
 * A transaction of the caller: a client of `pg` between its BEGIN and COMMIT, a transaction of PGlite, or what pg-boss's `fromDrizzle`,
 * `fromKysely`, `fromKnex` and `fromPrisma` make of a transaction of theirs.
 */
export type CallerTransaction =
  | { query(text: string, values?: unknown[]): PromiseLike<{ readonly rows: unknown[] }> }
  | { executeSql(text: string, values?: unknown[]): PromiseLike<{ readonly rows: unknown[] }> }

/** Gives a transaction of the caller the face of a session. Its statements have no names, because nothing is known of its driver. */
export function joinTransaction(
  transaction: CallerTransaction,
  render: (statement: string | Statement) => Statement,
  store: string,
): Session {
  const run = runnerOf(transaction)
  return {
    async query<Row>(statement: string | Statement, values: readonly unknown[] = []): Promise<Row[]> {
      try {
        return (await run(render(statement).text, [...values])).rows as Row[]
      } catch (error) {
        throw translateError(error, store)
      }
    },
  }
}

function runnerOf(
  transaction: CallerTransaction,
): (text: string, values: unknown[]) => PromiseLike<{ rows: unknown[] }> {
  if (typeof transaction === 'object' && transaction !== null) {
    if ('executeSql' in transaction && typeof transaction.executeSql === 'function') {
      return (text, values) => transaction.executeSql(text, values)
    }
    if ('query' in transaction && typeof transaction.query === 'function') {
      return (text, values) => transaction.query(text, values)
    }
  }
  throw new ValidationError(
    'transaction',
    'must be a client of pg, a transaction of PGlite, or have executeSql(text, values)',
  )
}
