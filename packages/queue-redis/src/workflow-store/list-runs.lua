-- Read a page of runs, newest first. [WFS-7]
-- ARGV  1 unused   2 number before which to begin, as a bound of ZRANGEBYSCORE   3 most runs   4… statuses
-- ->    {{number, run id, summary…}…}
local most = tonumber(ARGV[3])
local found = {}
for index = 4, #ARGV do
  local page = redis.call('ZREVRANGEBYSCORE', prefix .. 'runs-by-status:' .. ARGV[index], ARGV[2], '-inf',
    'WITHSCORES', 'LIMIT', 0, most)
  for at = 1, #page, 2 do found[#found + 1] = {page[at + 1], page[at]} end
end
table.sort(found, function(a, b) return tonumber(a[1]) > tonumber(b[1]) end)

local runs = {}
for index = 1, math.min(most, #found) do
  local number, id = found[index][1], found[index][2]
  runs[index] = {number, id, unpack(read_summary(prefix .. 'run:' .. id), 1, 7)}
end
return runs
