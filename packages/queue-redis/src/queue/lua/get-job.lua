-- Reads all that is known of a job. [INS-1]
-- ARGV  1 id
-- ->    summary (see describeJob), job as JSON, outputs as JSON or '' | nil for an unknown job
local summary = describeJob(ARGV[1])
if not summary then return nil end
local rest = redis.call('HMGET', bull .. ARGV[1], 'data', 'returnvalue')
return { summary, rest[1], summary[2] == 'completed' and rest[2] or '' }
