-- Read a run, and those of its jobs that commits after a version changed, as of now. [WFS-4]
-- ARGV  1 run id   2 token   3 version   4 most jobs
-- ->    {{token, definition or nil, summary…}, {job…}} | 'other' where the run was deleted | 'many' where too much has changed
local token, version, overlay = unpack(redis.call('HMGET', run_key, 'token', 'version', 'overlay'))
if token ~= ARGV[2] then return 'other' end

local ids, seen = {}, {}
local commits = version - ARGV[3]
if commits > 0 then
  local changes = redis.call('LRANGE', prefix .. 'run-changes:' .. token, -commits, -1)
  if #changes < commits then return 'many' end
  for _, change in ipairs(changes) do
    local is_version = true
    for id in string.gmatch(change, '[^\n]+') do
      if id == '*' then return 'many' end
      if not is_version and not seen[id] then
        seen[id] = true
        ids[#ids + 1] = id
      end
      is_version = false
    end
    if #ids > tonumber(ARGV[4]) then return 'many' end
  end
end
local jobs = {}
for first = 1, #ids, 100 do
  local some = {unpack(ids, first, math.min(first + 99, #ids))}
  for _, job in ipairs(read_jobs(token, overlay, some)) do jobs[#jobs + 1] = job end
end
return {read_run(token), jobs}
