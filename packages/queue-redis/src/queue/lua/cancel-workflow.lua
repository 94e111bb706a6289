-- Cancels the next jobs of a workflow, and with the first ones all that come later. [CAN-5]
-- ARGV  1 workflow   2 token of the call   3 where to go on: 0 at first   4 how many jobs to look at
-- ->    1 how many were cancelled   2 where to go on, '' if that were all
admit()
redis.call('ZADD', own .. 'cancelledWorkflows', 'NX', nowText, ARGV[1])
local limit = tonumber(ARGV[4])
local page = redis.call('ZRANGEBYSCORE', own .. 'workflow:' .. ARGV[1], '(' .. ARGV[3], '+inf', 'WITHSCORES', 'LIMIT', 0, limit)
local cancelled = 0
for at = 1, #page, 2 do
  if cancelJob(page[at], ARGV[2]) == 'cancelled' then cancelled = cancelled + 1 end
end
local hasMore = #page == 2 * limit
-- A reaper goes on where a canceller died.
if hasMore then redis.call('ZADD', own .. 'cancelling', nowText, ARGV[1]) else redis.call('ZREM', own .. 'cancelling', ARGV[1]) end
return announce({ cancelled, hasMore and page[#page] or '' })
