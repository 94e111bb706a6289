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

-- The same where a worker has so many labels that there are fewer label sets with jobs than sets of its labels.
local function lowestWithin(has)
  local best
  for from = 0, math.huge, 100 do
    local page = redis.call('ZRANGE', own .. 'heads', from, from + 99, 'WITHSCORES')
    for at = 1, #page, 2 do
      local bound = tonumber(page[at + 1])
      if bound >= ACTIVE_RANK then return best, ACTIVE_RANK end
      local fits = true
      for label in string.gmatch(page[at], '[^,]+') do
        if not has[label] then
          fits = false
          break
        end
      end
      if fits and best then return best, bound end
      if fits then best = page[at] end
    end
    if #page < 200 then return best, ACTIVE_RANK end
    -- To look further costs more than to take the last bound for the next.
    if best then return best, tonumber(page[#page]) end
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
  candidates = #labels > MAX_ENUMERATED_LABELS and { has = has } or { labelSets = labelSetsOf(labels) }
  candidatesByLabels[text] = candidates
  return candidates
end

local function lowest(candidates)
  if candidates.has then return lowestWithin(candidates.has) end
  if candidates.isAlone then return '', ACTIVE_RANK end
  return lowestOf(candidates.labelSets)
end

-- Takes the job that comes first out of BullMQ's waiting ones; nil where there is none.
-- Bounds may be too low, since nobody corrects them who need not: the first rank of the lowest one is looked at, and the bound
-- corrected where another label set could come before. Entries of jobs that somebody else took away are dropped.
-- ->  id, label set
local function takeJob(labels)
  local candidates = candidatesFor(labels)
  while stale < MAX_STALE do
    local labelSet, nextBound = lowest(candidates)
    if not labelSet then return nil end
    local index = own .. 'index:' .. labelSet
    local isAlone = nextBound == ACTIVE_RANK
    local first = isAlone and redis.call('ZRANGE', index, '0', '0') or redis.call('ZRANGE', index, '0', '0', 'WITHSCORES')
    local id = first[1]
    if not id then
      if redis.call('ZREM', own .. 'heads', labelSet) == 0 then return nil end
    elseif not isAlone and tonumber(first[2]) > nextBound then
      admit()
      redis.call('ZADD', own .. 'heads', first[2], labelSet)
    elseif redis.call('ZREM', bull .. 'prioritized', id) == 1 then
      return id, labelSet
    else
      local rank = redis.call('ZSCORE', index, id)
      if tonumber(rank) < ACTIVE_RANK then
        redis.call('ZREM', index, id)
      elseif isAlone and #labels == 0 then
        return nil
      else
        admit()
        redis.call('ZADD', own .. 'heads', rank, labelSet)
      end
    end
    stale = stale + 1
  end
end
