-- Lets an active job whose lock is gone wait again, at once or after a delay, and counts the attempt.
-- [BullMQ: retryJob, moveToDelayed]
-- ->  BullMQ's answer: below 0 where the job was not active
local function retryJob(id, delayMs)
  if delayMs > 0 then
    local keys = {
      bull .. 'marker', bull .. 'active', bull .. 'prioritized', bull .. 'delayed', bull .. id, bull .. 'events',
      bull .. 'meta', bull .. 'stalled', bull .. 'wait', bull .. 'limiter', bull .. 'pc',
    }
    return bullMoveToDelayed(keys, { bull, nowText, id, '0', delayMs, '0', nil, '0' })
  end
  local keys = {
    bull .. 'active', bull .. 'wait', bull .. 'paused', bull .. id, bull .. 'meta', bull .. 'events',
    bull .. 'delayed', bull .. 'prioritized', bull .. 'pc', bull .. 'marker', bull .. 'stalled',
  }
  -- The time of nothing: BullMQ would promote what is due by then past the index.
  return bullRetryJob(keys, { bull, 0, 'LPUSH', id, '0' })
end
