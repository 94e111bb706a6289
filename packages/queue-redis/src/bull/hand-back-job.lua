-- Lets an active job whose lock is gone wait again, before its equals, without counting the attempt.
-- [BullMQ: moveJobFromActiveToWait]
local function handBackJob(id)
  local keys = {
    bull .. 'active', bull .. 'wait', bull .. 'stalled', bull .. 'paused', bull .. 'meta', bull .. 'limiter',
    bull .. 'prioritized', bull .. 'marker', bull .. 'events',
  }
  return bullMoveJobFromActiveToWait(keys, { id, '0', bull .. id })
end
