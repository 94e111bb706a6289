-- Sets the end of live leases. [LSE-1]
-- ARGV  for each lease: 1 id of the job   2 lease (see holdLease)   3 ttl (ms)
-- ->    for each lease: renewed, worker, attempt, time of expiry | unknown | cancelled | expired
local function renew(id, lease, ttlMs)
  local job, token, refusal = holdLease(id, lease, '', 'pb')
  if not job then return refusal end
  admit()
  extendLock(id, token, ttlMs)
  local expiresAt = string.format('%.0f', now + ttlMs)
  redis.call('ZADD', own .. 'leases', expiresAt, id)
  return { 'renewed', job.more, job.attempt, expiresAt }
end

local replies = {}
for at = 1, #ARGV, 3 do replies[#replies + 1] = renew(ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])) end
return replies
