-- Hands back what a claim got whose caller did not learn of it, and lets it get nothing should it arrive only now.
-- ARGV  for each call: 1 its slot   2 its token
admit()
for at = 1, #ARGV, 2 do
  local callKey = own .. 'call:' .. ARGV[at]
  local lastCall = call('GET', callKey)
  local remembered = lastCall and cmsgpack.unpack(lastCall) or {}
  if remembered[1] == ARGV[at + 1] then
    for job = 2, #remembered, 3 do
      local id, token = remembered[job + 1], remembered[job + 2]
      if call('GET', lockOf(id)) == token then
        local fields = call('HMGET', bull .. id, 'labelSet', 'atm')
        handBack(id, fields[1], fields[2] or '0')
      end
    end
  end
  call('SET', callKey, cmsgpack.pack({ ARGV[at + 1] }), 'PX', REMEMBER_MS)
end
return announce(1)
