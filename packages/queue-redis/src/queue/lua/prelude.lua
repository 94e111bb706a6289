-- Begins every script of the queue: the time, the names of keys, and what several scripts do.
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
--   events              STREAM
--   call:<slot>         what a claim, a reaping or a purge replied, for as long as the call may come again
-- Kept in the hash of a job beside BullMQ's fields:
--   enqueuedBy   token of the call        cancelledBy  token of the call
--   labelSet     key of its label set     availableAt  where it is not when it was enqueued
--   failure      of the latest attempt, as JSON
--   settled      token of the lease that a call of its worker ended last, the call, and when it is retried
local call = redis.call
local prefix = KEYS[1]
local bull = prefix .. 'jobs:'
local own = prefix .. 'queue:'

local ACTIVE = 2 ^ 51
local DELAYED = 2 ^ 52
local MAX_EVENTS = 100000
local REMEMBER_MS = 600000

local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- A full Redis refuses what takes memory, unless a script has written already: what drains the store begins with this.
local function admit() call('DEL', own .. 'none') end

-- The lock lives while the time is not past its end, and a lease only while the time is before it.
local function lockMs(ttlMs) return math.max(1, ttlMs - 1) end

local function lockOf(id) return bull .. id .. ':lock' end

local function workflowOf(id) return string.match(id, '^[^.]*') end

-- What `announce` publishes.
local hasTold = false
local woken = {}
local soonestMs

local function tell(kind, id, attempt, detail)
  hasTold = true
  call('XADD', own .. 'events', 'MAXLEN', '~', MAX_EVENTS, '*', 'k', kind, 'j', id, 'a', attempt, 't', now, 'd', detail or '')
end

local function wake(labelSet) woken[labelSet] = (woken[labelSet] or 0) + 1 end

-- Ends every script: wakes claims and subscribers in all processes.
local function announce(reply)
  local lines = {}
  for labelSet, count in pairs(woken) do lines[#lines + 1] = count .. ' ' .. labelSet end
  if soonestMs then lines[#lines + 1] = 'due ' .. soonestMs end
  if lines[1] then call('PUBLISH', own .. 'wake', table.concat(lines, '\n')) end
  if hasTold then call('PUBLISH', own .. 'told', '') end
  return reply
end

-- Puts a job where it belongs in the index.
local function place(labelSet, id, rank)
  call('ZADD', own .. 'index:' .. labelSet, rank, id)
  call('ZADD', own .. 'heads', 'LT', rank, labelSet)
end

-- Takes a job that has ended out of the index.
local function displace(labelSet, id)
  local index = own .. 'index:' .. labelSet
  call('ZREM', own .. 'leases', id)
  if call('ZREM', index, id) == 1 and call('EXISTS', index) == 0 then call('ZREM', own .. 'heads', labelSet) end
end

-- Indexes a job that BullMQ has just let wait, at once or after a delay.
local function placeReturned(labelSet, id, delayMs)
  if delayMs > 0 then
    place(labelSet, id, DELAYED)
    if call('ZRANGE', bull .. 'delayed', 0, 0)[1] == id then soonestMs = math.min(soonestMs or delayMs, delayMs) end
  else
    place(labelSet, id, call('ZSCORE', bull .. 'prioritized', id))
    wake(labelSet)
  end
end

-- Lets delayed jobs wait whose time has come, at most so many, and tells whether that were all.
local function promote(limit)
  local due = call('ZRANGEBYSCORE', bull .. 'delayed', 0, (now + 1) * 0x1000 - 1, 'LIMIT', 0, limit)
  for _, id in ipairs(due) do
    call('ZREM', bull .. 'delayed', id)
    local job = call('HMGET', bull .. id, 'priority', 'labelSet')
    if job[1] then
      local rank = job[1] * 0x100000000 + call('INCR', bull .. 'pc') % 0x100000000
      call('ZADD', bull .. 'prioritized', rank, id)
      call('HSET', bull .. id, 'delay', 0)
      if job[2] then
        place(job[2], id, rank)
        wake(job[2])
      end
    end
  end
  return #due < limit
end

-- In how many milliseconds the next delayed job is due; -1 if there is none.
local function nextDueMs()
  local first = call('ZRANGE', bull .. 'delayed', 0, 0, 'WITHSCORES')
  if not first[2] then return -1 end
  return math.max(0, math.floor(first[2] / 0x1000) - now)
end
