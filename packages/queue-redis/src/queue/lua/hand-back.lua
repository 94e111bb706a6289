-- Hands an active job back without using an attempt.
local function handBack(id, labelSet, attempt)
  redis.call('DEL', bull .. id .. ':lock')
  handBackJob(id)
  redis.call('ZREM', own .. 'leases', id)
  redis.call('HSET', bull .. id, 'availableAt', nowText)
  placeReturned(labelSet, id, 0)
  tell('ready', id, attempt, nowText)
end
