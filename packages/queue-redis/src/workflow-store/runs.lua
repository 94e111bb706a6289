-- What the scripts on runs share. It comes before each of them.
-- KEYS  1 prefix of the namespace's keys
--
-- run:ID               hash    the run without its jobs
-- run-definition:TOKEN string  its definition, as JSON; never changes
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

-- The run without its jobs: {token, definition, summary…}. A large definition is left to its reader, who gets it by the token:
-- to pass it through a script takes several times as long.
local function read_run(token)
  local definition_key = prefix .. 'run-definition:' .. token
  local definition = redis.call('STRLEN', definition_key) <= 65536 and redis.call('GET', definition_key)
  return {token, definition, unpack(read_summary(run_key), 1, 7)}
end

-- Ids and jobs alternate in the arguments from a place on.
local function store_jobs(jobs_key, first)
  for index = first, #ARGV, 1000 do
    redis.call('HSET', jobs_key, unpack(ARGV, index, math.min(index + 999, #ARGV)))
  end
end

local function store_order(order_key, first)
  local ids = {}
  for index = first, #ARGV, 2 do ids[#ids + 1] = ARGV[index] end
  for index = 1, #ids, 1000 do
    redis.call('RPUSH', order_key, unpack(ids, index, math.min(index + 999, #ids)))
  end
end

local function read_jobs(token, overlay, ids)
  local jobs = redis.call('HMGET', prefix .. 'run-jobs:' .. token, unpack(ids))
  if overlay then
    local newer = redis.call('HMGET', prefix .. 'run-overlay:' .. overlay, unpack(ids))
    for index = 1, #ids do jobs[index] = newer[index] or jobs[index] end
  end
  return jobs
end
