-- Hands jobs back without using an attempt. [LSE-2, LSE-4, LSE-5]
-- ARGV  for each lease: 1 id of the job   2 lease (see holdLease)
-- ->    for each lease: done | unknown | cancelled | expired
local function release(id, lease)
  local job, token, refusal = holdLease(id, lease, 'release', 'priority')
  if not job then return refusal end
  handBack(id, job.labelSet, job.attempt)
  redis.call('HSET', bull .. id, 'settled', token .. ' release ')
  return { 'done' }
end

local replies = {}
for at = 1, #ARGV, 2 do replies[#replies + 1] = release(ARGV[at], ARGV[at + 1]) end
return announce(replies)
