-- Note that a worker is alive, and what it runs. [WRK-2]
-- KEYS  1 prefix of the namespace's keys
-- ARGV  1 worker id   2 the jobs that it runs, as JSON
-- ->    1 | 0 where it is not registered
local key = KEYS[1] .. 'worker:' .. ARGV[1]
if redis.call('EXISTS', key) == 0 then return 0 end
local time = redis.call('TIME')
-- Begins with a write that is never refused: a store that is full must not make its workers look dead.
redis.call('HDEL', key, 'running')
redis.call('HSET', key, 'lastSeenAt', time[1] * 1000 + math.floor(time[2] / 1000), 'running', ARGV[2])
return 1
