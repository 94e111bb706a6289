-- Drops some of a label set's index entries whose jobs somebody else moved or removed.
-- ARGV  1 label set   2 cursor: 0 at first   3 how many
-- ->    cursor, 0 if those were all
local index = own .. 'index:' .. ARGV[1]
local page = redis.call('ZSCAN', index, ARGV[2], 'COUNT', ARGV[3])
for at = 1, #page[2], 2 do
  local id, rank = page[2][at], page[2][at + 1]
  local place = bull .. 'prioritized'
  if rank == ACTIVE then place = own .. 'leases' elseif rank == DELAYED then place = bull .. 'delayed' end
  if not redis.call('ZSCORE', place, id) then
    redis.call('ZREM', index, id)
    if redis.call('EXISTS', bull .. id) == 0 then redis.call('ZREM', own .. 'workflow:' .. string.match(id, '^[^.]*'), id) end
  end
end
if redis.call('EXISTS', index) == 0 then redis.call('ZREM', own .. 'heads', ARGV[1]) end
return page[1]
