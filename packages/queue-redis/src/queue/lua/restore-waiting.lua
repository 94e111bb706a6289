-- Indexes some of the jobs that somebody else let wait, as a dashboard does with its "retry" and "promote".
-- ARGV  1 cursor: 0 at first   2 how many
-- ->    cursor, 0 if those were all
local function indexWaiting(id, rank)
  local job = call('HMGET', bull .. id, 'labelSet', 'cancelledBy', 'atm')
  local labelSet = job[1]
  if not labelSet then return end
  if job[2] then
    local cancelledAt = call('ZSCORE', own .. 'cancelled', id) or now
    call('ZREM', bull .. 'prioritized', id)
    call('ZADD', bull .. 'failed', cancelledAt, id)
    call('HSET', bull .. id, 'finishedOn', cancelledAt, 'failedReason', 'cancelled')
    return
  end
  local known = call('ZSCORE', own .. 'index:' .. labelSet, id)
  if known and tonumber(known) < ACTIVE then return end
  call('DEL', lockOf(id))
  call('ZREM', own .. 'leases', id)
  call('HSET', bull .. id, 'availableAt', now)
  place(labelSet, id, rank)
  wake(labelSet)
  -- A delayed job was told of when it was enqueued.
  if not known then tell('ready', id, job[3] or '0', now) end
end

admit()
local count = tonumber(ARGV[2])
-- "Retry all" takes jobs past their priority.
for _, id in ipairs(call('LRANGE', bull .. 'wait', -count, -1)) do
  call('LREM', bull .. 'wait', -1, id)
  local priority = call('HGET', bull .. id, 'priority')
  if priority then
    local rank = priority * 0x100000000 + call('INCR', bull .. 'pc') % 0x100000000
    call('ZADD', bull .. 'prioritized', rank, id)
    indexWaiting(id, rank)
  end
end
local page = call('ZSCAN', bull .. 'prioritized', ARGV[1], 'COUNT', count)
for at = 1, #page[2], 2 do indexWaiting(page[2][at], page[2][at + 1]) end
return announce(page[1])
