-- Ends an unfinished job as cancelled; what it was in is of no matter. [CAN-1, CAN-2]
-- token  of the call, to know it when it comes again
-- ->     cancelled | finished, completed | finished, failed | finished, cancelled | unknown
local function cancelJob(id, token)
  local job = redis.call('HMGET', bull .. id, 'enqueuedBy', 'cancelledBy', 'finishedOn', 'labelSet', 'atm')
  if not job[1] then return 'unknown' end
  if job[2] then
    if job[2] == token then return 'cancelled' end
    return 'finished', 'cancelled'
  end
  if job[3] then return 'finished', redis.call('ZSCORE', bull .. 'completed', id) and 'completed' or 'failed' end
  redis.call('DEL', bull .. id .. ':lock')
  local isWaiting = redis.call('ZREM', bull .. 'prioritized', id) == 1 or redis.call('ZREM', bull .. 'delayed', id) == 1
  -- BullMQ ends only what is active; it looks from the tail.
  if isWaiting then redis.call('RPUSH', bull .. 'active', id) end
  if finishJob(id, 'failed', 'failedReason', 'cancelled') < 0 then
    redis.call('LREM', bull .. 'wait', 1, id)
    redis.call('RPUSH', bull .. 'active', id)
    finishJob(id, 'failed', 'failedReason', 'cancelled')
  end
  redis.call('HSET', bull .. id, 'cancelledBy', token)
  redis.call('ZADD', own .. 'cancelled', nowText, id)
  displace(job[4], id)
  tell('cancelled', id, job[5] or '0', '')
  return 'cancelled'
end
