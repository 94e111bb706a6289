import { QueueError } from '@sluice/core'

/** The schemas in the database are not those that this version needs, and could not be made so. */
export class SchemaError extends QueueError {
  override readonly name = 'SchemaError'

  constructor(message: string, options?: ErrorOptions) {
    super('BACKEND_UNAVAILABLE', message, options)
  }
}
