-- Leases waiting jobs, one to each claim, in order. [CLM-1, CLM-2, CLM-3, CLM-4]
-- ARGV  1 slot of the call   2 token of the call
--       for each claim: 1 token of the lease   2 labels of the worker, joined by commas   3 ttl (ms)   4 worker
-- ->    1 isComplete: 0 where so many delayed jobs became due that the call must be repeated to be served
--       2 ms until the next delayed job is due, -1 for none
--       3 for each claim that got a job: its place among the claims from 1, id, token by which it was enqueued, job as JSON, attempt,
--         time of expiry
local MAX_PROMOTED = 500
local MAX_STALE = 1000
local MAX_ENUMERATED_LABELS = 5
local callKey = own .. 'call:' .. ARGV[1]
local lastCall = call('GET', callKey)
local claims = {}
local stale = 0

-- A call that comes again because its reply was lost gets the jobs that it got before; one that was given up gets none.
local function repeatCall(remembered)
  for at = 2, #remembered, 3 do
    local place, id, token = remembered[at], remembered[at + 1], remembered[at + 2]
    local expiresAt = call('ZSCORE', own .. 'leases', id)
    if expiresAt and call('GET', lockOf(id)) == token then
      local job = call('HMGET', bull .. id, 'enqueuedBy', 'data', 'atm')
      claims[#claims + 1] = { place, id, job[1], job[2], job[3] or '0', expiresAt }
    end
  end
  return { 1, nextDueMs(), claims }
end

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

-- Finds the label set whose first job comes first among those that the worker may run, and the bound of its rank.
local function bestOf(labelSets)
  local bounds = call('ZMSCORE', own .. 'heads', unpack(labelSets))
  local best, bestBound
  for at = 1, #labelSets do
    local bound = bounds[at] and tonumber(bounds[at])
    if bound and bound < ACTIVE and (not best or bound < bestBound) then best, bestBound = labelSets[at], bound end
  end
  return best, bestBound
end

-- The same for a worker with so many labels that there are fewer sets with jobs than sets of its labels.
local function firstWithin(labels)
  local has = {}
  for _, label in ipairs(labels) do has[label] = true end
  for from = 0, math.huge, 100 do
    local page = call('ZRANGE', own .. 'heads', from, from + 99, 'WITHSCORES')
    for at = 1, #page, 2 do
      local bound = tonumber(page[at + 1])
      if bound >= ACTIVE then return nil end
      local fits = true
      for label in string.gmatch(page[at], '[^,]+') do
        if not has[label] then
          fits = false
          break
        end
      end
      if fits then return page[at], bound end
    end
    if #page < 200 then return nil end
  end
end

local finders = {}

local function finderFor(text)
  if finders[text] then return finders[text] end
  local labels = {}
  for label in string.gmatch(text, '[^,]+') do labels[#labels + 1] = label end
  if #labels > MAX_ENUMERATED_LABELS then
    finders[text] = function() return firstWithin(labels) end
  else
    local labelSets = labelSetsOf(labels)
    finders[text] = function() return bestOf(labelSets) end
  end
  return finders[text]
end

-- Finds the job that comes first; corrects bounds and drops entries of jobs that somebody else took away on the way.
local function findJob(find)
  while stale < MAX_STALE do
    local labelSet, bound = find()
    if not labelSet then return nil end
    local index = own .. 'index:' .. labelSet
    local first = call('ZRANGE', index, 0, 1, 'WITHSCORES')
    if not first[1] then
      call('ZREM', own .. 'heads', labelSet)
    elseif tonumber(first[2]) > bound then
      call('ZADD', own .. 'heads', first[2], labelSet)
    elseif call('ZSCORE', bull .. 'prioritized', first[1]) then
      return { id = first[1], rank = first[2], labelSet = labelSet, index = index, nextRank = first[4] or ACTIVE }
    else
      call('ZREM', index, first[1])
    end
    stale = stale + 1
  end
end

local function lease(found, token, ttlMs, workerId)
  local fields = activateJob(found.id, found.rank, token, ttlMs, workerId)
  if not fields then return nil end
  call('ZADD', found.index, ACTIVE, found.id)
  call('ZADD', own .. 'heads', found.nextRank, found.labelSet)
  call('ZADD', own .. 'leases', now + ttlMs, found.id)
  local job = { atm = '0' }
  for at = 1, #fields, 2 do job[fields[at]] = fields[at + 1] end
  tell('started', found.id, job.atm, workerId)
  return { found.id, job.enqueuedBy, job.data, job.atm, now + ttlMs }
end

if lastCall then
  local remembered = cmsgpack.unpack(lastCall)
  if remembered[1] == ARGV[2] then return repeatCall(remembered) end
end
admit()
if not promote(MAX_PROMOTED) then return announce({ 0, 0, claims }) end
local remembered = { ARGV[2] }
local isDry = {}
for at = 3, #ARGV, 4 do
  local labels = ARGV[at + 1]
  local found = not isDry[labels] and findJob(finderFor(labels))
  local leased = found and lease(found, ARGV[at], tonumber(ARGV[at + 2]), ARGV[at + 3])
  if leased then
    local place = (at - 3) / 4 + 1
    claims[#claims + 1] = { place, unpack(leased) }
    remembered[#remembered + 1] = place
    remembered[#remembered + 1] = leased[1]
    remembered[#remembered + 1] = ARGV[at]
  else
    isDry[labels] = true
  end
end
if claims[1] then call('SET', callKey, cmsgpack.pack(remembered), 'PX', REMEMBER_MS) end
return announce({ stale < MAX_STALE and 1 or 0, nextDueMs(), claims })
