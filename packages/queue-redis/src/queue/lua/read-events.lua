-- Reads the events after one, which must still be there for none to be missed. [EVT-1, EVT-3]
-- ARGV  1 id of the latest event that was read   2 how many
-- ->    1 whether none was missed: 1 or 0
--       2 for each event: id, text
local limit = tonumber(ARGV[2])
local entries = redis.call('XRANGE', own .. 'events', ARGV[1], '+', 'COUNT', limit + 1)
local isResumed = entries[1] ~= nil and entries[1][1] == ARGV[1]
local events = {}
for at = isResumed and 2 or 1, math.min(#entries, limit + 1) do
  events[#events + 1] = { entries[at][1], entries[at][2][2] }
end
return { isResumed and 1 or 0, events }
