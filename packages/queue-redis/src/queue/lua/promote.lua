-- Lets delayed jobs wait whose time has come, at most so many.
-- ->  1 whether those were all   2 ms until the next one is due, -1 for none
local function promote(limit)
  local delayed = bull .. 'delayed'
  local dueMs
  for count = 1, limit + 1 do
    local first = redis.call('ZRANGE', delayed, '0', '0', 'WITHSCORES')
    local id = first[1]
    dueMs = id and math.floor(first[2] / 0x1000) - now or -1
    if not id or dueMs > 0 then return true, dueMs end
    if count > limit then return false, 0 end
    redis.call('ZREM', delayed, id)
    local job = redis.call('HMGET', bull .. id, 'priority', 'labelSet')
    if job[1] then
      local rank = job[1] * 0x100000000 + redis.call('INCR', bull .. 'pc') % 0x100000000
      redis.call('ZADD', bull .. 'prioritized', rank, id)
      redis.call('HSET', bull .. id, 'delay', '0')
      if job[2] then placeReturned(job[2], id, 0) end
    end
  end
end
