-- Leases waiting jobs, one to each claim, in order. [CLM-1, CLM-2, CLM-3, CLM-4]
-- ARGV  1 slot of the call   2 token of the call
--       for each claim: 1 token of the lease   2 labels of the worker, joined by commas   3 ttl (ms)   4 worker
-- ->    1 isComplete: 0 where so many delayed jobs became due that the call must be repeated to be served
--       2 ms until the next delayed job is due, -1 for none
--       3 for each claim that got a job: its place among the claims from 1, id, token by which it was enqueued, job as JSON, attempt,
--         time of expiry
local MAX_PROMOTED = 200
local slot, callToken = ARGV[1], ARGV[2]
local claims = {}

local lastReply = recall(slot, callToken)
if lastReply then
  -- A call that comes again gets the jobs that it got before; one that was given up gets none.
  for place, id, token in string.gmatch(lastReply, ' (%S+) (%S+) (%S+)') do
    local expiresAt = redis.call('ZSCORE', own .. 'leases', id)
    if expiresAt and redis.call('GET', bull .. id .. ':lock') == token then
      local job = redis.call('HMGET', bull .. id, 'enqueuedBy', 'data', 'atm')
      claims[#claims + 1] = { tonumber(place), id, job[1], job[2], job[3] or '0', expiresAt }
    end
  end
  return { 1, -1, claims }
end

local isPromoted, dueMs = promote(MAX_PROMOTED)
if not isPromoted then return announce({ 0, 0, claims }) end

local remembered = ''
local dry = {}
for at = 3, #ARGV, 4 do
  local token, labels, ttlMs, workerId = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3]
  local id, labelSet
  if not dry[labels] then id, labelSet = takeJob(labels) end
  local fields = id and activateJob(id, token, ttlMs, workerId)
  if fields then
    local expiresAt = string.format('%.0f', now + ttlMs)
    redis.call('ZADD', own .. 'index:' .. labelSet, ACTIVE, id)
    redis.call('ZADD', own .. 'leases', expiresAt, id)
    local job = { atm = '0' }
    for field = 1, #fields, 2 do job[fields[field]] = fields[field + 1] end
    tell('started', id, job.atm, workerId)
    local place = (at - 3) / 4 + 1
    claims[#claims + 1] = { place, id, job.enqueuedBy, job.data, job.atm, expiresAt }
    remembered = remembered .. ' ' .. place .. ' ' .. id .. ' ' .. token
  else
    -- A queue that is paused gives nothing either.
    if id then redis.call('ZADD', bull .. 'prioritized', redis.call('ZSCORE', own .. 'index:' .. labelSet, id), id) end
    dry[labels] = true
  end
end
if claims[1] then remember(slot, callToken, remembered) end
return announce({ stale < MAX_STALE and 1 or 0, dueMs, claims })
