-- Look at some workers, by the bytes of their ids, and remove those that are offline and unheard of for an age. [WRK-6]
-- KEYS  1 prefix of the namespace's keys
-- ARGV  1 where to begin, as a bound of ZRANGEBYLEX   2 most workers   3 age in ms
-- ->    {number of workers removed, id of the last that was looked at | nil where there are no more}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ids = redis.call('ZRANGEBYLEX', KEYS[1] .. 'workers', ARGV[1], '+', 'LIMIT', 0, ARGV[2])
local removed = 0
for _, id in ipairs(ids) do
  local offline_after_ms, last_seen_at = unpack(redis.call('HMGET', KEYS[1] .. 'worker:' .. id, 'offlineAfterMs', 'lastSeenAt'))
  -- Where they are not there somebody has deleted the key by hand.
  local silent_ms = now - (last_seen_at or 0)
  if silent_ms >= tonumber(offline_after_ms or 0) and silent_ms > tonumber(ARGV[3]) then
    redis.call('ZREM', KEYS[1] .. 'workers', id)
    redis.call('UNLINK', KEYS[1] .. 'worker:' .. id)
    removed = removed + 1
  end
end
return {removed, #ids == tonumber(ARGV[2]) and ids[#ids]}
