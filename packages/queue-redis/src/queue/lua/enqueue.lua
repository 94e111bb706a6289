-- Adds jobs, in order. [ENQ-1, ENQ-2, ENQ-3]
-- ARGV  for each job:
--       1 token of the call   2 id   3 its name in dashboards   4 label set   5 priority, lowest first   6 delay (ms)
--       7 attempts   8 backoff, as JSON   9 job, as JSON
-- ->    for each job: enqueued | duplicate | cancelled
local optionsBySpec = {}
local isCancelled = {}

local function optionsFor(priority, delayMs, attempts, backoff)
  local spec = table.concat({ priority, delayMs, attempts, backoff }, ' ')
  if not optionsBySpec[spec] then
    optionsBySpec[spec] = {
      priority = tonumber(priority),
      delay = tonumber(delayMs),
      attempts = tonumber(attempts),
      backoff = cjson.decode(backoff),
    }
  end
  return optionsBySpec[spec]
end

local function enqueue(token, id, name, labelSet, options, data)
  local knownBy = call('HGET', bull .. id, 'enqueuedBy')
  if knownBy == token then return 'enqueued' end
  local workflow = workflowOf(id)
  if isCancelled[workflow] == nil then
    isCancelled[workflow] = call('ZSCORE', own .. 'cancelledWorkflows', workflow) and true or false
  end
  if isCancelled[workflow] then return 'cancelled' end
  if knownBy then return 'duplicate' end
  -- The first write, which a full Redis refuses before anything is stored. Dashboards read this limit of BullMQ's events.
  call('HSETNX', bull .. 'meta', 'opts.maxLenEvents', 1000)
  addJob(id, name, data, options)
  local delayMs = options.delay
  local availableAt = now + delayMs
  if delayMs > 0 then
    call('HSET', bull .. id, 'enqueuedBy', token, 'labelSet', labelSet, 'availableAt', availableAt)
  else
    call('HSET', bull .. id, 'enqueuedBy', token, 'labelSet', labelSet)
  end
  call('ZADD', own .. 'workflow:' .. workflow, call('GET', bull .. 'id'), id)
  placeReturned(labelSet, id, delayMs)
  tell('ready', id, 0, availableAt)
  return 'enqueued'
end

local replies = {}
for at = 1, #ARGV, 9 do
  local options = optionsFor(ARGV[at + 4], ARGV[at + 5], ARGV[at + 6], ARGV[at + 7])
  replies[#replies + 1] = enqueue(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], options, ARGV[at + 8])
end
return announce(replies)
