import { ValidationError } from './errors.ts'

/** How a call takes part in a transaction of the caller. */
export interface TransactionOptions<Transaction = never> {
  /**
   * A transaction on the database that the store is in: what the call stores is there if and when the caller commits.
   *
   * A call that rejects may have ended the transaction: roll it back. Only stores in such a database take one.
   */
  readonly transaction?: Transaction
}

/**
 * Refuses a transaction, for a store that cannot take part in one.
 *
 * @throws {ValidationError}
 */
export function refuseTransaction(options: TransactionOptions<unknown> | undefined): void {
  if (options?.transaction !== undefined)
    throw new ValidationError('transaction', 'is not for this store: it can take part in none')
}
