-- Add a worker, or replace what is known of it. [WRK-1]
-- KEYS  1 prefix of the namespace's keys
-- ARGV  1 worker id   2 what it tells of itself, as JSON   3 its offlineAfterMs
--
-- workers    zset  the ids of all workers, all of score 0
-- worker:ID  hash  info, offlineAfterMs, registeredAt, lastSeenAt, running
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1] .. 'workers', 0, ARGV[1])
redis.call('HSET', KEYS[1] .. 'worker:' .. ARGV[1],
  'info', ARGV[2], 'offlineAfterMs', ARGV[3], 'registeredAt', now, 'lastSeenAt', now, 'running', '[]')
