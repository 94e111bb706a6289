-- Hands back what claims got whose callers did not learn of it, and lets them get nothing should they arrive only now.
-- ARGV  for each call: 1 its slot   2 its token
admit()
for at = 1, #ARGV, 2 do
  local slot, callToken = ARGV[at], ARGV[at + 1]
  for id, token in string.gmatch(recall(slot, callToken) or '', ' %S+ (%S+) (%S+)') do
    if redis.call('GET', bull .. id .. ':lock') == token then
      local job = redis.call('HMGET', bull .. id, 'labelSet', 'atm')
      handBack(id, job[1], job[2] or '0')
    end
  end
  remember(slot, callToken, '')
end
return announce(1)
