-- Hands back what claims got whose callers did not learn of it, and lets them get nothing should they arrive only now.
-- ARGV  for each call: 1 its slot   2 its token
admit()
for at = 1, #ARGV, 2 do
  local callKey = own .. 'call:' .. ARGV[at]
  local lastCall = redis.call('GET', callKey)
  if lastCall and string.sub(lastCall, 1, #ARGV[at + 1]) == ARGV[at + 1] then
    for id, token in string.gmatch(lastCall, ' %S+ (%S+) (%S+)') do
      if redis.call('GET', bull .. id .. ':lock') == token then
        local job = redis.call('HMGET', bull .. id, 'labelSet', 'atm')
        handBack(id, job[1], job[2] or '0')
      end
    end
  end
  redis.call('SET', callKey, ARGV[at + 1], 'PX', REMEMBER_MS)
end
return announce(1)
