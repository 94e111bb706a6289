-- Ends attempts that failed: the job returns after its backoff, or fails for good. [FAI-1, FAI-2, LSE-2, LSE-4]
-- ARGV  for each lease: 1 id of the job   2 lease (see holdLease)   3 failure, as JSON   4 its message, not too long
--       5 retryable: 1 or 0   6 a random number from 0 to 1
-- ->    for each lease: done, time of the retry or '' | unknown | cancelled | expired
local function fail(id, lease, failure, reason, isRetryable, random)
  local job, token, refusal = holdLease(id, lease, 'fail', 'opts')
  if not job then return refusal end
  local attempt = tonumber(job.attempt)
  local delayMs = isRetryable and retryDelayMs(attempt, job.more, random) or nil
  local retryAt = delayMs and string.format('%d', now + delayMs) or ''
  redis.call('DEL', bull .. id .. ':lock')
  if delayMs then tell('failed', id, attempt, '{' .. describeEnd(delayMs) .. ',"failure":' .. failure .. '}') end
  endAttempt(id, job.labelSet, attempt, failure, reason, delayMs)
  redis.call('HSET', bull .. id, 'settled', token .. ' fail ' .. retryAt)
  return { 'done', retryAt }
end

local replies = {}
for at = 1, #ARGV, 6 do
  local isRetryable = ARGV[at + 4] == '1'
  local random = tonumber(ARGV[at + 5])
  replies[#replies + 1] = fail(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], isRetryable, random)
end
return announce(replies)
