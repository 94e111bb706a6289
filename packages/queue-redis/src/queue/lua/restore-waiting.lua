-- Indexes some of the jobs that somebody else let wait, as a dashboard does with its "retry" and "promote".
-- ARGV  1 cursor: 0 at first   2 how many
-- ->    cursor, 0 if those were all
local function indexWaiting(id, rank)
  local job = redis.call('HMGET', bull .. id, 'labelSet', 'cancelledBy', 'atm')
  local labelSet = job[1]
  if not labelSet then return end
  if job[2] then
    local cancelledAt = redis.call('ZSCORE', own .. 'cancelled', id) or nowText
    redis.call('ZREM', bull .. 'prioritized', id)
    redis.call('ZADD', bull .. 'failed', cancelledAt, id)
    redis.call('HSET', bull .. id, 'finishedOn', cancelledAt, 'failedReason', 'cancelled')
    return
  end
  local known = redis.call('ZSCORE', own .. 'index:' .. labelSet, id)
  if known and tonumber(known) < tonumber(ACTIVE) then return end
  redis.call('DEL', bull .. id .. ':lock')
  redis.call('ZREM', own .. 'leases', id)
  redis.call('HSET', bull .. id, 'availableAt', nowText)
  place(labelSet, id, rank)
  woken[labelSet] = (woken[labelSet] or 0) + 1
  -- A delayed job was told of when it was enqueued.
  if not known then tell('ready', id, job[3] or '0', nowText) end
end

admit()
local count = tonumber(ARGV[2])
-- "Retry all" takes jobs past their priority.
for _, id in ipairs(redis.call('LRANGE', bull .. 'wait', -count, -1)) do
  redis.call('LREM', bull .. 'wait', -1, id)
  local priority = redis.call('HGET', bull .. id, 'priority')
  if priority then
    local rank = priority * 0x100000000 + redis.call('INCR', bull .. 'pc') % 0x100000000
    redis.call('ZADD', bull .. 'prioritized', rank, id)
    indexWaiting(id, rank)
  end
end
local page = redis.call('ZSCAN', bull .. 'prioritized', ARGV[1], 'COUNT', count)
for at = 1, #page[2], 2 do indexWaiting(page[2][at], page[2][at + 1]) end
return announce(page[1])
