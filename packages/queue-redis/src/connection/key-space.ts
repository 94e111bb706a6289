import { parseId } from '@sluice/core'

const KEY_PREFIX = 'sluice:'

/**
 * The names of all keys of one namespace.
 *
 * They begin with `sluice:{namespace}:`. What stands in braces alone decides on the slot of a cluster, so one script reaches
 * them all.
 */
export class KeySpace {
  readonly namespace: string
  /** What every key of the namespace, and no other, begins with. Holds no character that `SCAN` takes for a pattern. */
  readonly prefix: string
  /** The `prefix` and the queue's name that BullMQ and its dashboards are given. */
  readonly bullPrefix: string
  readonly bullQueueName = 'jobs'

  /** @throws {ValidationError} */
  constructor(namespace: string) {
    this.namespace = parseId(namespace, 'namespace')
    this.bullPrefix = `${KEY_PREFIX}{${encode(this.namespace)}}`
    this.prefix = `${this.bullPrefix}:`
  }

  /** The key, or channel, of a name within the namespace. */
  key(name: string): string {
    return this.prefix + name
  }
}

/** Leaves nothing but letters, digits, `-`, `_` and `%`: no brace, and no pattern. */
function encode(namespace: string): string {
  return encodeURIComponent(namespace).replace(/[.!~*'()]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  })
}
