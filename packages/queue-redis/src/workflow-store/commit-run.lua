-- Apply changes to a run at the version that the caller knows. [WFS-3] [WFS-4] [WFS-5] [WFS-6]
-- ARGV  1 run id   2 expected version   3 token of the commit   4 status or ''   5 attempt or ''   6 counts or ''
--       7 number of jobs that stage-commit has stored under the token   8… id and state of each job; none where they are staged
-- ->    {'committed'} | {'unknown-run'} | {'conflict'} | {'unknown-job', its id} | {'lost'} where what was staged has expired
--       | {'unapplied'} where apply-commit has to finish an earlier commit first
local commit, status, staged = ARGV[3], ARGV[4], tonumber(ARGV[7])
local run_token, version, last_commit, old_status, number, overlay =
  unpack(redis.call('HMGET', run_key, 'token', 'version', 'commit', 'status', 'number', 'overlay'))

if not run_token then return {'unknown-run'} end
-- The reply of this very call was lost, and it was sent again.
if last_commit == commit then return {'committed'} end
if version ~= ARGV[2] then return {'conflict'} end
if overlay then return {'unapplied'} end
if staged > 0 and redis.call('HLEN', prefix .. 'run-overlay:' .. commit) < staged then return {'lost'} end
local jobs_key = prefix .. 'run-jobs:' .. run_token
for index = 8, #ARGV, 2 do
  if redis.call('HEXISTS', jobs_key, ARGV[index]) == 0 then return {'unknown-job', ARGV[index]} end
end

redis.call('HSET', run_key, 'version', version + 1, 'commit', commit)
local changed = {version + 1}
for index = 8, #ARGV, 2 do
  changed[#changed + 1] = ARGV[index]
end
store_jobs(jobs_key, 8)
if staged > 0 then
  redis.call('HSET', run_key, 'overlay', commit)
  redis.call('PERSIST', prefix .. 'run-overlay:' .. commit)
  changed = {version + 1, '*'}
end
-- No id has a line break.
redis.call('RPUSH', prefix .. 'run-changes:' .. run_token, table.concat(changed, '\n'))
redis.call('LTRIM', prefix .. 'run-changes:' .. run_token, -500, -1)
if ARGV[5] ~= '' then redis.call('HSET', run_key, 'attempt', ARGV[5]) end
if ARGV[6] ~= '' then redis.call('HSET', run_key, 'counts', ARGV[6]) end
if status ~= '' then
  local ended_at = time_now()
  redis.call('ZREM', prefix .. 'runs-by-status:' .. old_status, ARGV[1])
  redis.call('ZADD', prefix .. 'runs-by-status:' .. status, number, ARGV[1])
  redis.call('HSET', run_key, 'status', status)
  if status == 'running' then
    redis.call('HDEL', run_key, 'finishedAt')
    redis.call('ZREM', prefix .. 'runs-by-end', ARGV[1])
  else
    redis.call('HSET', run_key, 'finishedAt', ended_at)
    redis.call('ZADD', prefix .. 'runs-by-end', ended_at, ARGV[1])
  end
end
return {'committed'}
