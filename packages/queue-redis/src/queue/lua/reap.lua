-- Ends the leases that ran out first. [REA-1, REA-2, REA-3]
-- ARGV  1 slot of the call   2 token of the call   3 how many   4 a random number from 0 to 1
-- ->    1 whether there may be more: 1 or 0
--       2 for each lease that was ended: id, attempt, worker and what follows as JSON, now
--       3 a workflow whose cancellation has stopped half-way, '' for none
local callKey = own .. 'call:' .. ARGV[1]
local lastCall = call('GET', callKey)
if lastCall then
  local remembered = cmsgpack.unpack(lastCall)
  if remembered[1] == ARGV[2] then return remembered[2] end
end

-- A cancellation goes on all the time, unless who called it has died.
local CANCELLING_MS = 30000
local GOLDEN_RATIO = 0.6180339887
local random = tonumber(ARGV[4])

local function reap(id)
  local job = call('HMGET', bull .. id, 'labelSet', 'atm', 'pb', 'opts')
  if not job[1] then
    call('ZREM', own .. 'leases', id)
    return nil
  end
  job = { labelSet = job[1], attempt = tonumber(job[2] or 0), workerId = job[3], options = job[4] }
  random = (random + GOLDEN_RATIO) % 1
  local delayMs = retryDelayMs(job, random)
  local reason = 'the lease of worker "' .. job.workerId .. '" expired: it was not renewed in time'
  local ending = '{' .. describeEnd(delayMs) .. ',"workerId":' .. cjson.encode(job.workerId) .. '}'
  call('DEL', lockOf(id))
  tell('leaseExpired', id, job.attempt, ending)
  endAttempt(id, job, '{"message":' .. cjson.encode(reason) .. '}', reason, delayMs)
  return { id, job.attempt, ending, now }
end

admit()
local limit = tonumber(ARGV[3])
local expired = call('ZRANGEBYSCORE', own .. 'leases', '-inf', now, 'LIMIT', 0, limit)
local reaped = {}
for _, id in ipairs(expired) do reaped[#reaped + 1] = reap(id) end
local stopped = call('ZRANGEBYSCORE', own .. 'cancelling', '-inf', now - CANCELLING_MS, 'LIMIT', 0, 1)
local reply = { #expired == limit and 1 or 0, reaped, stopped[1] or '' }
if reaped[1] then call('SET', callKey, cmsgpack.pack({ ARGV[2], reply }), 'PX', REMEMBER_MS) end
return announce(reply)
