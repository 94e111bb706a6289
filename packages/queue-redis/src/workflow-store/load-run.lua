-- Read a run and those of its jobs that fit, from a place on, as of now. [WFS-4]
-- ARGV  1 run id   2 place of the first job   3 most jobs   4 bytes after which no more are read
-- ->    {token, number of all jobs, version, {job…}}, and {token, definition or nil, summary…} where these are all jobs | nil
local token, job_count, version, overlay = unpack(redis.call('HMGET', run_key, 'token', 'jobCount', 'version', 'overlay'))
if not token then return false end

local from, most, max_bytes = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local jobs, bytes = {}, 0
while #jobs < most and bytes < max_bytes do
  local first = from + #jobs
  local last = first + math.min(100, most - #jobs) - 1
  local ids = redis.call('LRANGE', prefix .. 'run-order:' .. token, first, last)
  if #ids == 0 then break end
  for _, job in ipairs(read_jobs(token, overlay, ids)) do
    jobs[#jobs + 1] = job
    bytes = bytes + #job
  end
end
local reply = {token, tonumber(job_count), tonumber(version), jobs}
if #jobs < reply[2] then return reply end
reply[5] = read_run(token)
return reply
