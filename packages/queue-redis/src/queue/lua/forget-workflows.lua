-- Forgets some of the cancelled workflows that were cancelled before a time and have no jobs. [PRG-2]
-- ARGV  1 age (ms)   2 how many old ones to skip   3 how many to look at
-- ->    how many old ones to skip next, -1 if that were all
local before = '(' .. string.format('%d', now - tonumber(ARGV[1]))
local limit = tonumber(ARGV[3])
local workflows = redis.call('ZRANGEBYSCORE', own .. 'cancelledWorkflows', '-inf', before, 'LIMIT', ARGV[2], limit)
local kept = 0

-- Looks at a few of its jobs: the others have been removed by then, or are found the next time.
local function hasJobs(workflow)
  local key = own .. 'workflow:' .. workflow
  for _, id in ipairs(redis.call('ZRANGE', key, 0, 9)) do
    if redis.call('EXISTS', bull .. id) == 1 then return true end
    redis.call('ZREM', key, id)
  end
  return redis.call('EXISTS', key) == 1
end

for _, workflow in ipairs(workflows) do
  if hasJobs(workflow) then
    kept = kept + 1
  else
    redis.call('ZREM', own .. 'cancelledWorkflows', workflow)
  end
end
return #workflows == limit and ARGV[2] + kept or -1
