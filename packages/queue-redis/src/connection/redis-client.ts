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
    // A command whose reply was lost is sent again if the connection is back at once; hours later, it would surprise.
    maxRetriesPerRequest: 2,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times - 1, 6), 2000),
    connectionName: 'sluice',
    ...options,
    lazyConnect: true,
    replyMapping: 'legacy',
  })
}
