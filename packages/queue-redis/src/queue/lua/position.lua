-- Counts the waiting jobs of a job's label set that come before it. [INS-2]
-- ARGV  1 id
-- ->    the count | nil for a job that does not wait | -1 where so many delayed jobs became due that the call must be repeated
local MAX_PROMOTED = 200
admit()
if not promote(MAX_PROMOTED) then return announce(-1) end
local labelSet = redis.call('HGET', bull .. ARGV[1], 'labelSet')
if not labelSet then return announce(nil) end
local rank = redis.call('ZSCORE', own .. 'index:' .. labelSet, ARGV[1])
if not rank or tonumber(rank) >= tonumber(ACTIVE) then return announce(nil) end
return announce(redis.call('ZRANK', own .. 'index:' .. labelSet, ARGV[1]))
