-- Move some jobs of a large commit that took effect to where the jobs of the run are. [WFS-4]
-- ARGV  1 run id   2 token of the commit, '' for the one that there is   3 cursor   4 number of jobs
-- ->    {token, next cursor} | nil where nothing is left to move
local run_token, overlay = unpack(redis.call('HMGET', run_key, 'token', 'overlay'))
if not overlay or (ARGV[2] ~= '' and ARGV[2] ~= overlay) then return false end

local overlay_key = prefix .. 'run-overlay:' .. overlay
local page = redis.call('HSCAN', overlay_key, ARGV[3], 'COUNT', ARGV[4])
local jobs_key = prefix .. 'run-jobs:' .. run_token
for index = 1, #page[2], 1000 do
  redis.call('HSET', jobs_key, unpack(page[2], index, math.min(index + 999, #page[2])))
end
if page[1] ~= '0' then return {overlay, page[1]} end
redis.call('HDEL', run_key, 'overlay')
redis.call('UNLINK', overlay_key)
return false
