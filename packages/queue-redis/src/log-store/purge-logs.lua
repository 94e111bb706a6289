-- Remove some of the logs whose last chunk is older than an age. [LOG-7]
-- KEYS  1 prefix of the namespace's keys
-- ARGV  1 age in ms   2 most logs
-- ->    number of logs removed
local time = redis.call('TIME')
local before = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1]
local names = redis.call('ZRANGEBYSCORE', KEYS[1] .. 'logs-by-age', '-inf', '(' .. string.format('%.0f', before), 'LIMIT', 0, ARGV[2])
for _, name in ipairs(names) do
  redis.call('ZREM', KEYS[1] .. 'logs-by-age', name)
  redis.call('HDEL', KEYS[1] .. 'log-sizes', name)
  redis.call('UNLINK', KEYS[1] .. 'log:' .. name, KEYS[1] .. 'log-seen:' .. name)
end
return #names
