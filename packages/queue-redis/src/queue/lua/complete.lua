-- Ends jobs as completed. [CMP-1, LSE-2, LSE-4]
-- ARGV  for each lease: 1 id of the job   2 lease (see holdLease)   3 outputs, as JSON
-- ->    for each lease: done | unknown | cancelled | expired

-- Outputs that go into events, in bytes; larger ones are left to the job's record, so that streams stay small.
local MAX_EVENT_OUTPUTS = 4096

local function complete(id, lease, outputs)
  local key = bull .. id
  local job, token, refusal = holdLease(id, lease, 'complete', 'failedReason')
  if not job then return refusal end
  redis.call('DEL', key .. ':lock')
  local isSmall = #outputs <= MAX_EVENT_OUTPUTS
  if finishJob(id, 'completed', 'returnvalue', isSmall and outputs or '{}') < 0 then return { 'expired' } end
  if job.failure then redis.call('HDEL', key, 'failure', 'failedReason') end
  if isSmall then
    redis.call('HSET', key, 'settled', token .. ' complete ')
  else
    redis.call('HSET', key, 'settled', token .. ' complete ', 'returnvalue', outputs)
  end
  displace(job.labelSet, id)
  tell('completed', id, job.attempt, isSmall and outputs or '')
  return { 'done' }
end

local replies = {}
for at = 1, #ARGV, 3 do replies[#replies + 1] = complete(ARGV[at], ARGV[at + 1], ARGV[at + 2]) end
return announce(replies)
