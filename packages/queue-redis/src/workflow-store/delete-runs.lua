-- Remove some of the runs that ended longer ago than an age, with their jobs. [WFS-11]
-- ARGV  1 unused   2 age in ms   3 most runs
-- ->    number of runs removed
local before = '(' .. string.format('%.0f', time_now() - ARGV[2])
local ids = redis.call('ZRANGEBYSCORE', prefix .. 'runs-by-end', '-inf', before, 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do
  local key = prefix .. 'run:' .. id
  local token, status, overlay = unpack(redis.call('HMGET', key, 'token', 'status', 'overlay'))
  redis.call('ZREM', prefix .. 'runs-by-end', id)
  -- Without a token somebody has deleted the key by hand, and this only heals the index.
  if token then
    redis.call('ZREM', prefix .. 'runs-by-status:' .. status, id)
    -- UNLINK frees the memory in the background, however many jobs there are.
    redis.call('UNLINK', key, prefix .. 'run-definition:' .. token, prefix .. 'run-order:' .. token,
      prefix .. 'run-jobs:' .. token, prefix .. 'run-changes:' .. token, prefix .. 'run-overlay:' .. (overlay or ''))
  end
end
return #ids
