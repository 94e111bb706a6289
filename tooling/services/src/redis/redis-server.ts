/** A server that tests share: each has a key prefix of its own, and none flushes. */
export interface RedisServer {
  readonly url: string
}
