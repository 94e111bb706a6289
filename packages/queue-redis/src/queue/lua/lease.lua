-- Reads a job and why a call with a lease is refused.
-- lease  the token of the lease, then the beginning of that by which the job was enqueued: a job that was purged and enqueued again
--        is another one
-- verb   the settling call, to know it when it is repeated; '' for none
-- field  one more to read
-- ->     job { labelSet, attempt, failure, more }, token | nil, nil, reply to the call
local function holdLease(id, lease, verb, field)
  local token, job = string.sub(lease, 1, 16), string.sub(lease, 17)
  local read = redis.call('HMGET', bull .. id, 'enqueuedBy', 'cancelledBy', 'settled', 'labelSet', 'atm', 'failure', field)
  if not read[1] or string.sub(read[1], 1, #job) ~= job then return nil, nil, { 'unknown' } end
  if read[2] then return nil, nil, { 'cancelled' } end
  if verb ~= '' and read[3] then
    local begin = token .. ' ' .. verb .. ' '
    if string.sub(read[3], 1, #begin) == begin then return nil, nil, { 'done', string.sub(read[3], #begin + 1) } end
  end
  if redis.call('GET', bull .. id .. ':lock') ~= token then return nil, nil, { 'expired' } end
  return { labelSet = read[4], attempt = read[5] or '0', failure = read[6], more = read[7] }, token
end
