-- Forgets some of the cancelled workflows that were cancelled before a time and have no jobs. [PRG-2]
-- ARGV  1 age (ms)   2 how many old ones to skip   3 how many to look at
-- ->    how many old ones to skip next, -1 if that were all
local before = '(' .. string.format('%d', now - tonumber(ARGV[1]))
local limit = tonumber(ARGV[3])
local workflows = call('ZRANGEBYSCORE', own .. 'cancelledWorkflows', '-inf', before, 'LIMIT', ARGV[2], limit)
local kept = 0
for _, workflow in ipairs(workflows) do
  if call('EXISTS', own .. 'workflow:' .. workflow) == 1 then
    kept = kept + 1
  else
    call('ZREM', own .. 'cancelledWorkflows', workflow)
  end
end
return #workflows == limit and ARGV[2] + kept or -1
