-- Removes some of the jobs that ended before a time. [PRG-1]
-- ARGV  1 slot of the call   2 token of the call   3 age (ms)   4 how many
-- ->    how many were removed
local callKey = own .. 'call:' .. ARGV[1]
local lastCall = call('GET', callKey)
if lastCall then
  local remembered = cmsgpack.unpack(lastCall)
  if remembered[1] == ARGV[2] then return remembered[2] end
end

local function remove(finished, id)
  local key = bull .. id
  call('ZREM', finished, id)
  call('ZREM', own .. 'cancelled', id)
  call('ZREM', own .. 'workflow:' .. workflowOf(id), id)
  call('DEL', key, key .. ':logs', key .. ':lock')
end

local before = '(' .. string.format('%d', now - tonumber(ARGV[3]))
local left = tonumber(ARGV[4])
local removed = 0
for _, state in ipairs({ 'completed', 'failed' }) do
  local finished = bull .. state
  for _, id in ipairs(call('ZRANGEBYSCORE', finished, '-inf', before, 'LIMIT', 0, left - removed)) do
    remove(finished, id)
    removed = removed + 1
  end
end
-- What is left of the same age is of jobs that somebody else removed.
for _, id in ipairs(call('ZRANGEBYSCORE', own .. 'cancelled', '-inf', before, 'LIMIT', 0, left)) do
  if call('EXISTS', bull .. id) == 0 then
    call('ZREM', own .. 'cancelled', id)
    call('ZREM', own .. 'workflow:' .. workflowOf(id), id)
  end
end
if removed > 0 then call('SET', callKey, cmsgpack.pack({ ARGV[2], removed }), 'PX', REMEMBER_MS) end
return announce(removed)
