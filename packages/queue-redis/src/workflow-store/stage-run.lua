-- Store some jobs of a run that is not there yet. Unless create-run follows, they expire. [WFS-1]
-- ARGV  1 run id   2 token   3 time to live in ms   4 number of jobs staged before   5… id and state of each job
-- ->    'staged' | 'duplicate' | 'lost' where what was staged before has expired
local order_key, jobs_key = prefix .. 'run-order:' .. ARGV[2], prefix .. 'run-jobs:' .. ARGV[2]

if redis.call('EXISTS', run_key) == 1 then return 'duplicate' end
local staged = redis.call('LLEN', order_key)
if staged < tonumber(ARGV[4]) then return 'lost' end
if staged == tonumber(ARGV[4]) then
  store_order(order_key, 5)
  store_jobs(jobs_key, 5)
end
redis.call('PEXPIRE', order_key, ARGV[3])
redis.call('PEXPIRE', jobs_key, ARGV[3])
return 'staged'
