-- Store some jobs of a commit that did not take effect yet. Unless commit-run follows, they expire. [WFS-4]
-- ARGV  1 run id   2 expected version   3 token of the commit   4 time to live in ms   5… id and state of each job
-- ->    {'staged'} | {'unknown-run'} | {'conflict'} | {'unknown-job', its id}
local overlay_key = prefix .. 'run-overlay:' .. ARGV[3]
local run_token, version = unpack(redis.call('HMGET', run_key, 'token', 'version'))

if not run_token then return {'unknown-run'} end
if version ~= ARGV[2] then return {'conflict'} end
for index = 5, #ARGV, 2 do
  if redis.call('HEXISTS', prefix .. 'run-jobs:' .. run_token, ARGV[index]) == 0 then
    return {'unknown-job', ARGV[index]}
  end
end
store_jobs(overlay_key, 5)
redis.call('PEXPIRE', overlay_key, ARGV[4])
return {'staged'}
