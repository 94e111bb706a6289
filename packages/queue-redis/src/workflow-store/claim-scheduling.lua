-- Give the turn to schedule to who asks, unless it is another's. [WFS-9] [WFS-10]
-- KEYS  1 prefix of the namespace's keys
-- ARGV  1 owner   2 time to live in ms
-- ->    {term, time of its end} | nil
-- scheduling  hash  owner, term, expiresAt
local key = KEYS[1] .. 'scheduling'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local owner, term, expires_at = unpack(redis.call('HMGET', key, 'owner', 'term', 'expiresAt'))
local is_mine = owner == ARGV[1]

if owner and not is_mine and expires_at and tonumber(expires_at) > now then return false end
term = (term or 0) + (is_mine and 0 or 1)
-- Begins with a write that is never refused: a store that is full needs its scheduler, which purges it.
redis.call('HDEL', key, 'expiresAt')
redis.call('HSET', key, 'owner', ARGV[1], 'term', term, 'expiresAt', now + ARGV[2])
return {term, now + ARGV[2]}
