-- Removes some of the jobs that ended before a time. [PRG-1]
-- ARGV  1 slot of the call   2 token of the call   3 age (ms)   4 how many
-- ->    how many were removed
local lastReply = recall(ARGV[1], ARGV[2])
if lastReply then return cmsgpack.unpack(lastReply) end

local function remove(finished, id)
  local key = bull .. id
  redis.call('ZREM', finished, id)
  redis.call('ZREM', own .. 'cancelled', id)
  redis.call('ZREM', own .. 'workflow:' .. string.match(id, '^[^.]*'), id)
  redis.call('DEL', key, key .. ':logs', key .. ':lock')
end

local before = '(' .. string.format('%d', now - tonumber(ARGV[3]))
local left = tonumber(ARGV[4])
local removed = 0
for _, state in ipairs({ 'completed', 'failed' }) do
  local finished = bull .. state
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', finished, '-inf', before, 'LIMIT', 0, left - removed)) do
    remove(finished, id)
    removed = removed + 1
  end
end
-- What is left of the same age is of jobs that somebody else removed.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', own .. 'cancelled', '-inf', before, 'LIMIT', 0, left)) do
  if redis.call('EXISTS', bull .. id) == 0 then
    redis.call('ZREM', own .. 'cancelled', id)
    redis.call('ZREM', own .. 'workflow:' .. string.match(id, '^[^.]*'), id)
  end
end
if removed > 0 then remember(ARGV[1], ARGV[2], cmsgpack.pack(removed)) end
return announce(removed)
