-- Ends an active job whose lock is gone as completed or failed. [BullMQ: moveToFinished]
-- property  returnvalue, as JSON, or failedReason
-- ->        BullMQ's answer: below 0 where the job was not active
local finishKeys, finishOptions

local function finishJob(id, state, property, value)
  finishKeys = finishKeys or {
    bull .. 'wait', bull .. 'active', bull .. 'prioritized', bull .. 'events', bull .. 'stalled', bull .. 'limiter',
    bull .. 'delayed', bull .. 'paused', bull .. 'meta', bull .. 'pc', '', '', '', bull .. 'marker',
  }
  finishOptions = finishOptions
    or cmsgpack.pack({ token = '0', keepJobs = { count = -1 }, lockDuration = 0, attempts = 0, maxMetricsSize = '' })
  finishKeys[11] = bull .. state
  finishKeys[12] = bull .. id
  finishKeys[13] = bull .. 'metrics:' .. state
  return bullMoveToFinished(finishKeys, { id, nowText, property, value, state, '0', bull, finishOptions })
end
