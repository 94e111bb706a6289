-- Read some workers, by the bytes of their ids. [WRK-3] [WRK-4]
-- KEYS  1 prefix of the namespace's keys
-- ARGV  1 where to begin, as a bound of ZRANGEBYLEX   2 most workers
-- ->    {now, {{worker id, info, registeredAt, lastSeenAt, running}…}, id of the last that was looked at | nil at the end}
local time = redis.call('TIME')
local ids = redis.call('ZRANGEBYLEX', KEYS[1] .. 'workers', ARGV[1], '+', 'LIMIT', 0, ARGV[2])
local workers = {}
for _, id in ipairs(ids) do
  local fields = redis.call('HMGET', KEYS[1] .. 'worker:' .. id, 'info', 'registeredAt', 'lastSeenAt', 'running')
  -- Without fields somebody has deleted the key by hand.
  if fields[1] then workers[#workers + 1] = {id, unpack(fields, 1, 4)} end
end
return {time[1] * 1000 + math.floor(time[2] / 1000), workers, #ids == tonumber(ARGV[2]) and ids[#ids]}
