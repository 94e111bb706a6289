-- Finds the waiting job that comes first for a worker.
local MAX_ENUMERATED_LABELS = 5
local MAX_STALE = 1000
local ACTIVE_RANK = 2 ^ 51
local stale = 0
local candidatesByLabels = {}

-- All sets of a worker's labels, each as its key.
local function labelSetsOf(labels)
  local labelSets = { '' }
  for _, label in ipairs(labels) do
    for at = 1, #labelSets do
      local shorter = labelSets[at]
      labelSets[#labelSets + 1] = shorter == '' and label or shorter .. ',' .. label
    end
  end
  return labelSets
end

-- ->  the label set with the lowest bound, and the next lowest bound
local function lowestOf(labelSets)
  local bounds = redis.call('ZMSCORE', own .. 'heads', unpack(labelSets))
  local best
  local bestBound, nextBound = ACTIVE_RANK, ACTIVE_RANK
  for at = 1, #labelSets do
    local bound = bounds[at] and tonumber(bounds[at])
    if bound and bound < bestBound then
      best, bestBound, nextBound = labelSets[at], bound, bestBound
    elseif bound and bound < nextBound then
      nextBound = bound
    end
  end
  return best, nextBound
end

-- The same from the bounds in their order, which is less work where the worker can run most jobs, or has very many labels.
local function lowestWithin(has, labelSets)
  local heads = own .. 'heads'
  local from, size, best = 0, 8, nil
  while true do
    local page = redis.call('ZRANGE', heads, '-inf', '(' .. ACTIVE, 'BYSCORE', 'LIMIT', from, size)
    for _, labelSet in ipairs(page) do
      local fits = true
      for label in string.gmatch(labelSet, '[^,]+') do
        if not has[label] then
          fits = false
          break
        end
      end
      if fits and best then return best, tonumber(redis.call('ZSCORE', heads, labelSet)) end
      if fits then best = labelSet end
    end
    if #page < size then return best, ACTIVE_RANK end
    if labelSets then return lowestOf(labelSets) end
    -- What follows is not before the last one.
    if best then return best, tonumber(redis.call('ZSCORE', heads, page[#page])) end
    from, size = from + size, math.min(4 * size, 256)
  end
end

local function candidatesFor(text)
  local candidates = candidatesByLabels[text]
  if candidates then return candidates end
  if text == '' then return { isAlone = true } end
  local labels, has = {}, {}
  for label in string.gmatch(text, '[^,]+') do
    labels[#labels + 1] = label
    has[label] = true
  end
  candidates = { has = #labels > 2 and has, labelSets = #labels <= MAX_ENUMERATED_LABELS and labelSetsOf(labels) }
  candidatesByLabels[text] = candidates
  return candidates
end

local function lowest(candidates)
  if candidates.isAlone then return '', ACTIVE_RANK end
  if candidates.has then return lowestWithin(candidates.has, candidates.labelSets) end
  return lowestOf(candidates.labelSets)
end

-- Takes the job that comes first out of BullMQ's waiting ones; nil where there is none.
-- A bound may be too low: it is corrected where another label set could come before. Entries of jobs that somebody else took
-- away are dropped on the way.
-- ->  id, label set
local function takeJob(labels)
  local candidates = candidatesFor(labels)
  while stale < MAX_STALE do
    local labelSet, nextBound = lowest(candidates)
    if not labelSet then return nil end
    local index = own .. 'index:' .. labelSet
    local isAlone = nextBound == ACTIVE_RANK
    local first = isAlone and redis.call('ZRANGE', index, '0', '0') or redis.call('ZRANGE', index, '0', '1', 'WITHSCORES')
    local id = first[1]
    if not id then
      if redis.call('ZREM', own .. 'heads', labelSet) == 0 then return nil end
    elseif not isAlone and tonumber(first[2]) > nextBound then
      admit()
      redis.call('ZADD', own .. 'heads', first[2], labelSet)
    elseif redis.call('ZREM', bull .. 'prioritized', id) == 1 then
      if not isAlone then redis.call('ZADD', own .. 'heads', first[4] or ACTIVE, labelSet) end
      return id, labelSet
    else
      local rank = redis.call('ZSCORE', index, id)
      if tonumber(rank) < ACTIVE_RANK then
        redis.call('ZREM', index, id)
      elseif candidates.isAlone then
        return nil
      else
        admit()
        redis.call('ZADD', own .. 'heads', rank, labelSet)
      end
    end
    stale = stale + 1
  end
end
