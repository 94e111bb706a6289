-- Counts jobs by state, and the unfinished ones of the next label sets. [INS-1]
-- ARGV  1 where to go on: 0 at first
-- ->    1 where to go on, -1 if that were all, -2 where so many delayed jobs became due that the call must be repeated
--       2 waiting, delayed, active, completed, failed and cancelled jobs, and those in `wait`, where ours never stay
--       3 for each label set: its key, waiting, delayed and active jobs
local MAX_PROMOTED = 200
local MAX_LABEL_SETS = 1000
admit()
if not promote(MAX_PROMOTED) then return announce({ -2, {}, {} }) end
local cancelled = redis.call('ZCARD', own .. 'cancelled')
local byState = {
  redis.call('ZCARD', bull .. 'prioritized') + redis.call('LLEN', bull .. 'wait'), redis.call('ZCARD', bull .. 'delayed'),
  redis.call('LLEN', bull .. 'active'), redis.call('ZCARD', bull .. 'completed'), redis.call('ZCARD', bull .. 'failed') - cancelled, cancelled,
  redis.call('LLEN', bull .. 'wait'),
}
local from = tonumber(ARGV[1])
local labelSets = redis.call('ZRANGE', own .. 'heads', from, from + MAX_LABEL_SETS - 1)
local byLabelSet = {}
for at, labelSet in ipairs(labelSets) do
  local index = own .. 'index:' .. labelSet
  local active = redis.call('ZCOUNT', index, ACTIVE, ACTIVE)
  local delayed = redis.call('ZCOUNT', index, DELAYED, DELAYED)
  byLabelSet[at] = { labelSet, redis.call('ZCARD', index) - active - delayed, delayed, active }
end
return announce({ #labelSets == MAX_LABEL_SETS and from + MAX_LABEL_SETS or -1, byState, byLabelSet })
