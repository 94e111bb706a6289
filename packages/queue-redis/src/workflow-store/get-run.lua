-- Read a run without its jobs. [WFS-2]
-- ARGV  1 run id
-- ->    {definition, summary…} | nil
local definition = redis.call('HGET', run_key, 'definition')
if not definition then return false end
return {definition, unpack(read_summary(run_key), 1, 7)}
