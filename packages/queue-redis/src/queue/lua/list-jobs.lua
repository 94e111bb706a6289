-- Reads the next jobs of a workflow in certain states. [INS-1]
-- ARGV  1 workflow   2 where to go on: 0 at first   3 how many jobs at the most   4 states, each with a space after it; '' for all
-- ->    1 for each job: its place, summary (see describeJob)
--       2 where to go on, '' if that were all
local MAX_LOOKED_AT = 250
local limit = tonumber(ARGV[3])
local key = own .. 'workflow:' .. ARGV[1]
local found = {}
local after = ARGV[2]
local page = redis.call('ZRANGEBYSCORE', key, '(' .. after, '+inf', 'WITHSCORES', 'LIMIT', 0, MAX_LOOKED_AT)
for at = 1, #page, 2 do
  after = page[at + 1]
  local summary = describeJob(page[at])
  -- Somebody else removed it.
  if not summary then redis.call('ZREM', key, page[at]) end
  if summary and (ARGV[4] == '' or string.find(ARGV[4], summary[2] .. ' ', 1, true)) then
    found[#found + 1] = { after, summary }
    if #found == limit then return { found, after } end
  end
end
return { found, #page == 2 * MAX_LOOKED_AT and after or '' }
