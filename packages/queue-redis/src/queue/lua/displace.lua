-- Takes a job that has ended out of the index.
local function displace(labelSet, id)
  local index = own .. 'index:' .. labelSet
  redis.call('ZREM', own .. 'leases', id)
  if redis.call('ZREM', index, id) == 1 and redis.call('EXISTS', index) == 0 then
    redis.call('ZREM', own .. 'heads', labelSet)
  end
end
