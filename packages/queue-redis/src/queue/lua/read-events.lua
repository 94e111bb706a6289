-- Reads the events after one, which must still be there for none to be missed. [EVT-1, EVT-3]
-- ARGV  1 id of the latest event that was read   2 how many
-- ->    1 whether none was missed: 1 or 0
--       2 for each event: id, kind, job, attempt, time, detail; where the stream begins anew, only what is to be read from
local limit = tonumber(ARGV[2])
local entries = call('XRANGE', own .. 'events', ARGV[1], '+', 'COUNT', limit + 1)
local isResumed = entries[1] ~= nil and entries[1][1] == ARGV[1]
local events = {}
for at = isResumed and 2 or 1, math.min(#entries, limit + 1) do
  local id, fields = entries[at][1], entries[at][2]
  events[#events + 1] = { id, fields[2], fields[4] or '', fields[6] or '', fields[8] or '', fields[10] or '' }
end
return { isResumed and 1 or 0, events }
