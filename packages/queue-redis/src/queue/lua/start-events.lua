-- Tells the id of the latest event, and makes one that nobody is told of where there is none.
-- ->  id
local latest = call('XREVRANGE', own .. 'events', '+', '-', 'COUNT', 1)[1]
if latest then return latest[1] end
admit()
return call('XADD', own .. 'events', '*', 'k', 'begin')
