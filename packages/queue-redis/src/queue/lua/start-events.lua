-- Tells the id of the latest event, and makes one that nobody is told of where there is none.
-- ->  id
local latest = redis.call('XREVRANGE', own .. 'events', '+', '-', 'COUNT', 1)[1]
if latest then return latest[1] end
admit()
return redis.call('XADD', own .. 'events', '*', 'e', 'begin')
