-- Reads what lists tell of a job, and more on demand.
-- ->  state, attempt, and the summary fields in their order | nil for a job that is not there
local summaryFields = {
  'cancelledBy', 'finishedOn', 'atm', 'priority', 'labelSet', 'timestamp', 'availableAt', 'processedOn', 'pb', 'failure',
}

local function stateOf(id, isCancelled, finishedAt)
  if isCancelled then return 'cancelled', finishedAt or redis.call('ZSCORE', own .. 'cancelled', id) end
  if finishedAt then return redis.call('ZSCORE', bull .. 'completed', id) and 'completed' or 'failed', finishedAt end
  local leaseExpiresAt = redis.call('ZSCORE', own .. 'leases', id)
  if leaseExpiresAt then return 'active', nil, leaseExpiresAt end
  local dueRank = redis.call('ZSCORE', bull .. 'delayed', id)
  if dueRank and math.floor(dueRank / 0x1000) > now then return 'delayed' end
  return 'waiting'
end

local function describeJob(id)
  local job = redis.call('HMGET', bull .. id, unpack(summaryFields))
  if not job[5] then return nil end
  local state, finishedAt, leaseExpiresAt = stateOf(id, job[1], job[2])
  local attempt = tonumber(job[3] or 0)
  -- BullMQ counts an attempt when it ends, we when it begins.
  if finishedAt then attempt = math.max(0, attempt - 1) end
  return {
    id, state, attempt, job[4], job[5], job[6], job[7] or job[6], job[8] or '', finishedAt or '', job[9] or '',
    leaseExpiresAt or '', job[10] or '',
  }
end
