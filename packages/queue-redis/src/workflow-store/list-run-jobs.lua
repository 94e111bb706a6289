-- Read a page of the jobs of a run, in their order, looking at a bounded number of them. [WFS-8]
-- ARGV  1 run id   2 place to begin at   3 most jobs   4 digits of the states wanted   5 most jobs to look at
-- ->    {place to go on at, or -1 at the end, {place, job, …}} | nil
local token, overlay = unpack(redis.call('HMGET', run_key, 'token', 'overlay'))
if not token then return false end

local place, most, last = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[2] + ARGV[5]
local found = {}
while place < last do
  local ids = redis.call('LRANGE', prefix .. 'run-order:' .. token, place, place + 99)
  if #ids == 0 then return {-1, found} end
  for _, job in ipairs(read_jobs(token, overlay, ids)) do
    if string.find(ARGV[4], string.sub(job, 1, 1), 1, true) then
      found[#found + 1] = place
      found[#found + 1] = job
      if #found == 2 * most then return {place + 1, found} end
    end
    place = place + 1
  end
end
return {place, found}
