-- Takes a waiting job out of `prioritized` and makes it active, with a lock that is its lease. [BullMQ: moveToActive]
-- ->  BullMQ's flat list of the job's fields | nil where the queue is paused or limited: the job then waits as before
local activateKeys = {
  bull .. 'wait', bull .. 'active', bull .. 'prioritized', bull .. 'events', bull .. 'stalled', bull .. 'limiter',
  bull .. 'delayed', bull .. 'paused', bull .. 'meta', bull .. 'pc', bull .. 'marker',
}

local function activateJob(id, score, token, ttlMs, workerId)
  call('ZREM', bull .. 'prioritized', id)
  -- BullMQ takes the tail of `wait` before it looks at `prioritized`.
  call('RPUSH', bull .. 'wait', id)
  local options = cmsgpack.pack({ token = token, lockDuration = lockMs(ttlMs), name = workerId })
  local reply = bullMoveToActive(activateKeys, { bull, now, options })
  if reply[2] == id then return reply[1] end
  call('RPOP', bull .. 'wait')
  call('ZADD', bull .. 'prioritized', score, id)
  return nil
end
