-- Makes a job active that was taken out of `prioritized`, with a lock that is its lease. [BullMQ: moveToActive]
-- ->  BullMQ's flat list of the job's fields | nil where the queue is paused or limited
local activateKeys

local function activateJob(id, token, ttlMs, workerId)
  activateKeys = activateKeys or {
    bull .. 'wait', bull .. 'active', bull .. 'prioritized', bull .. 'events', bull .. 'stalled', bull .. 'limiter',
    bull .. 'delayed', bull .. 'paused', bull .. 'meta', bull .. 'pc', bull .. 'marker',
  }
  -- BullMQ takes the tail of `wait` before it looks at `prioritized`.
  redis.call('RPUSH', bull .. 'wait', id)
  -- A lock lives while the time is not past its end, and a lease only while the time is before it.
  local options = cmsgpack.pack({ token = token, lockDuration = math.max(1, ttlMs - 1), name = workerId })
  local reply = bullMoveToActive(activateKeys, { bull, nowText, options })
  if reply[2] == id then return reply[1] end
  redis.call('RPOP', bull .. 'wait')
  return nil
end
