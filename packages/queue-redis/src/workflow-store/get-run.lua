-- Read a run without its jobs. [WFS-2]
-- ARGV  1 run id
-- ->    {token, definition or nil, summary…} | nil
local token = redis.call('HGET', run_key, 'token')
return token and read_run(token)
