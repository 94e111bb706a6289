-- Hands an active job back without using an attempt.
local function handBack(id, labelSet, attempt)
  call('DEL', lockOf(id))
  handBackJob(id)
  call('ZREM', own .. 'leases', id)
  call('HSET', bull .. id, 'availableAt', now)
  placeReturned(labelSet, id, 0)
  tell('ready', id, attempt, now)
end
