-- Keeps the index of a label set's jobs.

local lowestPlaced = {}

-- Puts a job where it belongs, and lowers the bound of its label set.
local function place(labelSet, id, rank)
  redis.call('ZADD', own .. 'index:' .. labelSet, rank, id)
  local number = tonumber(rank)
  if number < (lowestPlaced[labelSet] or math.huge) then
    lowestPlaced[labelSet] = number
    redis.call('ZADD', own .. 'heads', 'LT', rank, labelSet)
  end
end

-- Places a job that BullMQ has just let wait, at once or after a delay, and has a claim look for it.
local function placeReturned(labelSet, id, delayMs)
  if delayMs > 0 then
    place(labelSet, id, DELAYED)
    if redis.call('ZRANGE', bull .. 'delayed', '0', '0')[1] == id then soonestMs = math.min(soonestMs or delayMs, delayMs) end
  else
    place(labelSet, id, redis.call('ZSCORE', bull .. 'prioritized', id))
    woken[labelSet] = (woken[labelSet] or 0) + 1
  end
end
