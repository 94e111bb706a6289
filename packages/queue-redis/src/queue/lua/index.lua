-- Keeps the index of a label set's jobs.

-- Puts a job where it belongs.
local function place(labelSet, id, rank)
  redis.call('ZADD', own .. 'index:' .. labelSet, rank, id)
  redis.call('ZADD', own .. 'heads', 'LT', rank, labelSet)
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
