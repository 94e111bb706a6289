-- What the scripts on runs share. It comes before each of them.
-- KEYS  1 prefix of the namespace's keys
--
-- run:ID               hash    the run without its jobs
-- run-order:TOKEN      list    the ids of its jobs, in their order; never changes
-- run-jobs:TOKEN       hash    each job by its id: a digit for its state, then its JSON
-- run-overlay:TOKEN    hash    jobs of a large commit that took effect, not moved to run-jobs yet
-- run-changes:TOKEN    list    for each of the latest commits, the ids of the jobs that it changed, or '*'
-- runs-by-status:NAME  zset    run ids by their number in the order of creation
-- runs-by-end          zset    ids of ended runs by the time of their end
-- run-number           string  counts all runs that were ever created
local prefix = KEYS[1]
local run_key = prefix .. 'run:' .. ARGV[1]

local function time_now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function read_summary(key)
  return redis.call('HMGET', key, 'name', 'status', 'attempt', 'counts', 'version', 'createdAt', 'finishedAt')
end

local function read_jobs(token, overlay, ids)
  local jobs = redis.call('HMGET', prefix .. 'run-jobs:' .. token, unpack(ids))
  if overlay then
    local newer = redis.call('HMGET', prefix .. 'run-overlay:' .. overlay, unpack(ids))
    for index = 1, #ids do jobs[index] = newer[index] or jobs[index] end
  end
  return jobs
end
