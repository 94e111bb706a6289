-- Stores a job and lets it wait, at once or after a delay. [BullMQ: addPrioritizedJob, addDelayedJob]
-- options  priority, attempts, backoff and delay (ms, 0 for none)
local packedOptions = {}
local addKeys, addDelayedKeys

local function addJob(id, name, data, options)
  local packed = packedOptions[options]
  if not packed then
    packed = cmsgpack.pack(options)
    packedOptions[options] = packed
  end
  local arguments = { cmsgpack.pack({ bull, id, name, nowText }), data, packed }
  if options.delay > 0 then
    addDelayedKeys = addDelayedKeys or {
      bull .. 'marker', bull .. 'meta', bull .. 'id', bull .. 'delayed', bull .. 'completed', bull .. 'events',
    }
    return bullAddDelayedJob(addDelayedKeys, arguments)
  end
  addKeys = addKeys or {
    bull .. 'marker', bull .. 'meta', bull .. 'id', bull .. 'prioritized', bull .. 'delayed', bull .. 'completed',
    bull .. 'active', bull .. 'events', bull .. 'pc',
  }
  return bullAddPrioritizedJob(addKeys, arguments)
end
