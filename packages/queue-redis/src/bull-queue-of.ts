import { KeySpace } from './connection/key-space.ts'

/**
 * Names the BullMQ queue that holds the jobs of a namespace, for `new Queue(name, { prefix, connection })` and what shows it.
 *
 * @throws {ValidationError}
 */
export function bullQueueOf(namespace = 'default'): { readonly name: string; readonly prefix: string } {
  const { bullQueueName, bullPrefix } = new KeySpace(namespace)
  return { name: bullQueueName, prefix: bullPrefix }
}
