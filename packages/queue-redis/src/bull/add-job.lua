-- Stores a job and lets it wait, at once or after a delay. [BullMQ: addPrioritizedJob, addDelayedJob]
-- options  priority, attempts, backoff and delay (ms, 0 for none)
-- ->       BullMQ's answer: below 0 where it refused
local packedOptions = {}
local addKeys = {
  bull .. 'marker', bull .. 'meta', bull .. 'id', bull .. 'prioritized', bull .. 'delayed', bull .. 'completed',
  bull .. 'active', bull .. 'events', bull .. 'pc',
}
local addDelayedKeys = {
  bull .. 'marker', bull .. 'meta', bull .. 'id', bull .. 'delayed', bull .. 'completed', bull .. 'events',
}

local function addJob(id, name, data, options)
  local packed = packedOptions[options] or cmsgpack.pack(options)
  packedOptions[options] = packed
  local arguments = { cmsgpack.pack({ bull, id, name, now }), data, packed }
  if options.delay > 0 then return bullAddDelayedJob(addDelayedKeys, arguments) end
  return bullAddPrioritizedJob(addKeys, arguments)
end
