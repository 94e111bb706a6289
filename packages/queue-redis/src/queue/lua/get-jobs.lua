-- Reads all that is known of jobs. [INS-1]
-- ARGV  ids
-- ->    for each id: summary (see describeJob), job as JSON, outputs as JSON or '' | empty for an unknown job
local replies = {}
for at, id in ipairs(ARGV) do
  local summary = describeJob(id)
  if summary then
    local rest = redis.call('HMGET', bull .. id, 'data', 'returnvalue')
    replies[at] = { summary, rest[1], summary[2] == 'completed' and rest[2] or '' }
  else
    replies[at] = {}
  end
end
return replies
