-- Hands jobs back without using an attempt. [LSE-2, LSE-4, LSE-5]
-- ARGV  for each lease: 1 id of the job   2 token
-- ->    for each lease: done | unknown | cancelled | expired
local function release(id, token)
  local job, refusal = holdLease(id, token, 'release')
  if not job then return refusal end
  call('DEL', lockOf(id))
  handBackJob(id)
  call('ZREM', own .. 'leases', id)
  call('HSET', bull .. id, 'settled', token .. ' release ', 'availableAt', now)
  placeReturned(job.labelSet, id, 0)
  tell('ready', id, job.attempt, now)
  return { 'done' }
end

local replies = {}
for at = 1, #ARGV, 2 do replies[#replies + 1] = release(ARGV[at], ARGV[at + 1]) end
return announce(replies)
