-- Remove a worker. [WRK-5]
-- KEYS  1 prefix of the namespace's keys
-- ARGV  1 worker id
redis.call('ZREM', KEYS[1] .. 'workers', ARGV[1])
redis.call('UNLINK', KEYS[1] .. 'worker:' .. ARGV[1])
