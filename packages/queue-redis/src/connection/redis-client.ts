import { type Cluster, Redis, type RedisOptions } from 'ioredis'

/** A client of ioredis, for one server, for one behind Sentinel, or for a cluster. */
export type RedisClient = Redis | Cluster

/** Tells a cluster from a server, across copies of ioredis. */
export function isCluster(client: RedisClient): client is Cluster {
  return client.isCluster
}

/** Makes a client that is not connected yet, and that never gives up to reconnect. */
export function createClient(url: string, requestTimeoutMs: number, options: RedisOptions = {}): Redis {
  return new Redis(url, {
    connectTimeout: requestTimeoutMs,
    // Without it, a server that hangs with the connection open would collect commands without end.
    socketTimeout: requestTimeoutMs,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times - 1, 6), 2000),
    connectionName: 'sluice',
    ...options,
    // A lost connection ends its commands at once, for the call to repeat while it may: hours later, they would surprise.
    maxRetriesPerRequest: 0,
    lazyConnect: true,
    replyMapping: 'legacy',
  })
}
