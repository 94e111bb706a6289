-- What the calls of a worker with its lease do alike.
local leaseFields = { 'enqueuedBy', 'cancelledBy', 'settled', 'labelSet', 'atm', 'pb', 'opts' }

-- Reads a job, and why a call with the token of a lease is refused.
-- verb  the settling call, to know it when it is repeated; '' for none
-- ->    job { labelSet, attempt, workerId, options }, nil | nil, reply to the call
local function holdLease(id, token, verb)
  local read = call('HMGET', bull .. id, unpack(leaseFields))
  if not read[1] then return nil, { 'unknown' } end
  if read[2] then return nil, { 'cancelled' } end
  if verb ~= '' and read[3] then
    local begin = token .. ' ' .. verb .. ' '
    if string.sub(read[3], 1, #begin) == begin then return nil, { 'done', string.sub(read[3], #begin + 1) } end
  end
  if call('GET', lockOf(id)) ~= token then return nil, { 'expired' } end
  return { labelSet = read[4], attempt = tonumber(read[5] or 0), workerId = read[6], options = read[7] }
end
