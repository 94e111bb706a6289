-- Ends an attempt that failed, by its worker or by a reaper.

-- How long to wait before the next attempt, in milliseconds; nil if no retry is left. As `backoffDelayMs` of the core does.
-- random  from 0 to 1, for jitter
local function retryDelayMs(job, random)
  local options = cjson.decode(job.options)
  if job.attempt + 1 >= options.attempts then return nil end
  local backoff = options.backoff
  if backoff.type == 'fixed' then return backoff.delay end
  if backoff.type == 'exponential' then
    local delayMs = math.min(backoff.maxDelay, backoff.delay * 2 ^ job.attempt)
    if backoff.jitter then delayMs = delayMs * (0.5 + random / 2) end
    return math.floor(delayMs + 0.5)
  end
  return 0
end

-- Describes what follows the attempt, as a JSON object without its braces.
local function describeEnd(delayMs)
  if delayMs == nil then return '"willRetry":false' end
  return string.format('"willRetry":true,"retryAt":%d', now + delayMs)
end

-- Lets the job return after the delay, or fail for good where there is none; its lock must be gone.
-- failure  as JSON
-- reason   its message, not too long
local function endAttempt(id, job, failure, reason, delayMs)
  call('ZREM', own .. 'leases', id)
  if delayMs == nil then
    finishJob(id, 'failed', 'failedReason', reason)
    call('HSET', bull .. id, 'failure', failure)
    displace(job.labelSet, id)
    tell('failed', id, job.attempt, '{"willRetry":false,"failure":' .. failure .. '}')
  else
    retryJob(id, delayMs)
    call('HSET', bull .. id, 'failure', failure, 'failedReason', reason, 'availableAt', now + delayMs)
    placeReturned(job.labelSet, id, delayMs)
    tell('ready', id, job.attempt + 1, now + delayMs)
  end
end
