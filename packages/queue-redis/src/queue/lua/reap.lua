-- Ends the leases that ran out first. [REA-1, REA-2, REA-3]
-- ARGV  1 slot of the call   2 token of the call   3 how many   4 a random number from 0 to 1
-- ->    1 whether there may be more: 1 or 0
--       2 for each lease that was ended: id, attempt, worker and what follows as JSON, now
--       3 a workflow whose cancellation has stopped half-way, '' for none
local lastReply = recall(ARGV[1], ARGV[2])
if lastReply then return cmsgpack.unpack(lastReply) end

-- A cancellation goes on all the time, unless who called it has died.
local CANCELLING_MS = 30000
-- No call comes again that late.
local REMEMBER_MS = 24 * 3600 * 1000
local GOLDEN_RATIO = 0.6180339887
local random = tonumber(ARGV[4])

local function reap(id)
  local job = redis.call('HMGET', bull .. id, 'labelSet', 'atm', 'pb', 'opts')
  if not job[1] then
    redis.call('ZREM', own .. 'leases', id)
    return nil
  end
  local labelSet, attempt, workerId = job[1], tonumber(job[2] or 0), job[3]
  random = (random + GOLDEN_RATIO) % 1
  local delayMs = retryDelayMs(attempt, job[4], random)
  local reason = 'the lease of worker "' .. workerId .. '" expired: it was not renewed in time'
  local ending = '{' .. describeEnd(delayMs) .. ',"workerId":' .. cjson.encode(workerId) .. '}'
  redis.call('DEL', bull .. id .. ':lock')
  tell('leaseExpired', id, attempt, ending)
  endAttempt(id, labelSet, attempt, '{"message":' .. cjson.encode(reason) .. '}', reason, delayMs)
  return { id, attempt, ending, now }
end

-- Forgets calls of processes that are gone, a few at a time.
local function forgetCalls()
  local calls = redis.call('HRANDFIELD', own .. 'calls', '10', 'WITHVALUES')
  for at = 1, #calls, 2 do
    local calledAt = string.sub(calls[at + 1], #ARGV[2] + 1, #ARGV[2] + #nowText)
    if now - tonumber(calledAt) > REMEMBER_MS then redis.call('HDEL', own .. 'calls', calls[at]) end
  end
end

admit()
local limit = tonumber(ARGV[3])
local expired = redis.call('ZRANGEBYSCORE', own .. 'leases', '-inf', nowText, 'LIMIT', 0, limit)
local reaped = {}
for _, id in ipairs(expired) do reaped[#reaped + 1] = reap(id) end
local stopped = redis.call('ZRANGEBYSCORE', own .. 'cancelling', '-inf', now - CANCELLING_MS, 'LIMIT', 0, 1)
local reply = { #expired == limit and 1 or 0, reaped, stopped[1] or '' }
if reaped[1] then remember(ARGV[1], ARGV[2], cmsgpack.pack(reply)) end
forgetCalls()
return announce(reply)
