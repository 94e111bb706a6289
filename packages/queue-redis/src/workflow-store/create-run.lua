-- Store a run with its jobs, or with those that stage-run has stored under its token. [WFS-1] [WFS-2]
-- ARGV  1 run id   2 token   3 name   4 definition, '' where it is staged   5 counts   6 number of jobs
--       7… id and state of each job; none where they are staged
-- ->    'created' | 'duplicate' | 'lost' where what was staged has expired
local token, job_count = ARGV[2], tonumber(ARGV[6])
local order_key, jobs_key = prefix .. 'run-order:' .. token, prefix .. 'run-jobs:' .. token
local definition_key = prefix .. 'run-definition:' .. token

local stored = redis.call('HGET', run_key, 'token')
if stored == token then return 'created' end
if stored then return 'duplicate' end
local is_staged = #ARGV == 6 and job_count > 0
if ARGV[4] == '' and redis.call('EXISTS', definition_key) == 0 then return 'lost' end
if is_staged and (redis.call('LLEN', order_key) < job_count or redis.call('HLEN', jobs_key) < job_count) then
  return 'lost'
end

local number = redis.call('INCR', prefix .. 'run-number')
redis.call('HSET', run_key, 'token', token, 'number', number, 'jobCount', job_count,
  'name', ARGV[3], 'counts', ARGV[5],
  'status', 'running', 'attempt', 1, 'version', 1, 'createdAt', time_now())
if ARGV[4] ~= '' then redis.call('SET', definition_key, ARGV[4]) end
store_order(order_key, 7)
store_jobs(jobs_key, 7)
redis.call('PERSIST', definition_key)
redis.call('PERSIST', order_key)
redis.call('PERSIST', jobs_key)
redis.call('ZADD', prefix .. 'runs-by-status:running', number, ARGV[1])
return 'created'
