-- Begins every script of the queue: the time, the names of keys, and what is told of at the end.
-- KEYS  1 the prefix of the namespace; every other key is named by it, and so in the same slot of a cluster
--
-- Kept beside BullMQ's own keys:
--   index:<label set>   ZSET  the unfinished jobs that require it: by rank while they wait, else by ACTIVE or DELAYED
--   heads               ZSET  label sets that have unfinished jobs, by a lower bound of the rank of their first job
--   leases              ZSET  active jobs, by the time at which their lease expires
--   workflow:<id>       ZSET  the jobs of a workflow, by the order in which they were enqueued
--   cancelled           ZSET  cancelled jobs, by when
--   cancelledWorkflows  ZSET  cancelled workflows, by when
--   cancelling          ZSET  cancelled workflows that still have unfinished jobs, by when the last one was cancelled
--   events              STREAM of `e`: kind, job, attempt, time and detail, with spaces between
--   calls               HASH  by slot, what a claim, a reaping or a purge replied: its token, the time, and the reply
-- Kept in the hash of a job beside BullMQ's fields:
--   enqueuedBy   token of the call        cancelledBy  token of the call
--   labelSet     key of its label set     availableAt  where it is not when it was enqueued
--   failure      of the latest attempt, as JSON
--   settled      token of the lease that a call of its worker ended last, the call, and when it is retried
--
-- Numbers that Redis is given often are written as text: to turn one into text costs more than the command.
local prefix = KEYS[1]
local bull = prefix .. 'jobs:'
local own = prefix .. 'queue:'

local ACTIVE = '2251799813685248'
local DELAYED = '4503599627370496'

local time = redis.call('TIME')
local nowText = time[1] .. string.sub('00000' .. time[2], -6, -4)
local now = tonumber(nowText)

local hasTold = false
local woken = {}
local soonestMs

local function tell(kind, id, attempt, detail)
  hasTold = true
  redis.call('XADD', own .. 'events', '*', 'e', kind .. ' ' .. id .. ' ' .. attempt .. ' ' .. nowText .. ' ' .. detail)
end

-- Ends every script: wakes claims and subscribers in all processes.
local function announce(reply)
  local lines
  for labelSet, count in pairs(woken) do lines = (lines and lines .. '\n' or '') .. count .. ' ' .. labelSet end
  if soonestMs then lines = (lines and lines .. '\n' or '') .. 'due ' .. soonestMs end
  if lines then redis.call('PUBLISH', own .. 'wake', lines) end
  if hasTold then
    redis.call('PUBLISH', own .. 'told', '')
    -- Now and then is often enough.
    if now % 16 == 0 then redis.call('XTRIM', own .. 'events', 'MAXLEN', '~', '100000') end
  end
  return reply
end

-- Lets a call that comes again, because its reply was lost, be answered as before; slots are taken by later calls.
local function remember(slot, token, reply) redis.call('HSET', own .. 'calls', slot, token .. nowText .. reply) end

-- ->  the reply to a call that has come before | nil
local function recall(slot, token)
  local call = redis.call('HGET', own .. 'calls', slot)
  if call and string.sub(call, 1, #token) == token then return string.sub(call, #token + #nowText + 1) end
end

-- A full Redis refuses what takes memory, unless a script has written already: what drains the store begins with this.
local function admit() redis.call('DEL', own .. 'none') end
