-- Adds jobs, in order. [ENQ-1, ENQ-2, ENQ-3]
-- ARGV  for each job:
--       1 token of the call   2 id   3 its name in dashboards   4 label set   5 priority, lowest first   6 delay (ms)
--       7 attempts   8 backoff, as JSON, or ''   9 job, as JSON
-- ->    for each job: enqueued | duplicate | cancelled
--
-- BullMQ's first write takes memory, so a full Redis refuses it before anything is stored.
local optionsBySpec = {}
local isCancelled = {}

local function optionsFor(priority, delayMs, attempts, backoff)
  local spec = priority .. ' ' .. delayMs .. ' ' .. attempts .. ' ' .. backoff
  local options = optionsBySpec[spec]
  if not options then
    options = {
      priority = tonumber(priority),
      delay = tonumber(delayMs),
      attempts = tonumber(attempts),
      backoff = backoff ~= '' and cjson.decode(backoff) or nil,
    }
    optionsBySpec[spec] = options
  end
  return options
end

local function enqueue(token, id, name, labelSet, options, data)
  local key = bull .. id
  local knownBy = redis.call('HGET', key, 'enqueuedBy')
  if knownBy == token then return 'enqueued' end
  local workflow = string.match(id, '^[^.]*')
  if isCancelled[workflow] == nil then
    isCancelled[workflow] = redis.call('ZSCORE', own .. 'cancelledWorkflows', workflow) and true or false
  end
  if isCancelled[workflow] then return 'cancelled' end
  if knownBy then return 'duplicate' end
  addJob(id, name, data, options)
  local serial = redis.call('GET', bull .. 'id')
  -- Before another limit of BullMQ's events is set, which hold outputs and reasons of failures.
  if serial == '1' then redis.call('HSET', bull .. 'meta', 'opts.maxLenEvents', '1000') end
  local delayMs = options.delay
  local availableAt = nowText
  if delayMs > 0 then
    availableAt = string.format('%d', now + delayMs)
    redis.call('HSET', key, 'enqueuedBy', token, 'labelSet', labelSet, 'availableAt', availableAt)
  else
    redis.call('HSET', key, 'enqueuedBy', token, 'labelSet', labelSet)
  end
  redis.call('ZADD', own .. 'workflow:' .. workflow, serial, id)
  placeReturned(labelSet, id, delayMs)
  tell('ready', id, '0', availableAt)
  return 'enqueued'
end

local replies = {}
for at = 1, #ARGV, 9 do
  local options = optionsFor(ARGV[at + 4], ARGV[at + 5], ARGV[at + 6], ARGV[at + 7])
  replies[#replies + 1] = enqueue(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], options, ARGV[at + 8])
end
return announce(replies)
