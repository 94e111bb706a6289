-- Ends an attempt that failed, by its worker or by a reaper.

-- How long to wait before the next attempt, in milliseconds; nil if no retry is left. As `backoffDelayMs` of the core does.
-- optionsText  BullMQ's options of the job
-- random       from 0 to 1, for jitter
local function retryDelayMs(attempt, optionsText, random)
  local options = cjson.decode(optionsText)
  if attempt + 1 >= options.attempts then return nil end
  local backoff = options.backoff
  if not backoff then return 0 end
  if backoff.type == 'fixed' then return backoff.delay end
  local delayMs = math.min(backoff.maxDelay, backoff.delay * 2 ^ attempt)
  if backoff.jitter then delayMs = delayMs * (0.5 + random / 2) end
  return math.floor(delayMs + 0.5)
end

-- Describes what follows the attempt, as a JSON object without its braces.
local function describeEnd(delayMs)
  if delayMs == nil then return '"willRetry":false' end
  return string.format('"willRetry":true,"retryAt":%d', now + delayMs)
end

-- Lets the job return after the delay, or fail for good where there is none; its lock must be gone.
-- failure  as JSON
-- reason   its message, not too long
local function endAttempt(id, labelSet, attempt, failure, reason, delayMs)
  redis.call('ZREM', own .. 'leases', id)
  if delayMs == nil then
    finishJob(id, 'failed', 'failedReason', reason)
    redis.call('HSET', bull .. id, 'failure', failure)
    displace(labelSet, id)
    tell('failed', id, attempt, '{"willRetry":false,"failure":' .. failure .. '}')
  else
    local retryAt = string.format('%d', now + delayMs)
    retryJob(id, delayMs)
    redis.call('HSET', bull .. id, 'failure', failure, 'failedReason', reason, 'availableAt', retryAt)
    placeReturned(labelSet, id, delayMs)
    tell('ready', id, attempt + 1, retryAt)
  end
end
