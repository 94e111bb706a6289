-- Ends an unfinished job as cancelled; what it was in is of no matter. [CAN-1, CAN-2]
-- token  of the call, to know it when it comes again
-- ->     cancelled | finished, completed | finished, failed | finished, cancelled | unknown
local function cancelJob(id, token)
  local job = call('HMGET', bull .. id, 'enqueuedBy', 'cancelledBy', 'finishedOn', 'labelSet', 'atm')
  if not job[1] then return 'unknown' end
  if job[2] then
    if job[2] == token then return 'cancelled' end
    return 'finished', 'cancelled'
  end
  if job[3] then return 'finished', call('ZSCORE', bull .. 'completed', id) and 'completed' or 'failed' end
  call('DEL', lockOf(id))
  local isWaiting = call('ZREM', bull .. 'prioritized', id) == 1 or call('ZREM', bull .. 'delayed', id) == 1
  -- BullMQ ends only what is active; it looks from the tail.
  if isWaiting then call('RPUSH', bull .. 'active', id) end
  if finishJob(id, 'failed', 'failedReason', 'cancelled') < 0 then
    call('LREM', bull .. 'wait', 1, id)
    call('RPUSH', bull .. 'active', id)
    finishJob(id, 'failed', 'failedReason', 'cancelled')
  end
  call('HSET', bull .. id, 'cancelledBy', token)
  call('ZADD', own .. 'cancelled', now, id)
  displace(job[4], id)
  tell('cancelled', id, job[5] or '0')
  return 'cancelled'
end
