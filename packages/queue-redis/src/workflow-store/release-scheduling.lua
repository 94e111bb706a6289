-- End the turn of who asks, if it has it. [WFS-10]
-- KEYS  1 prefix of the namespace's keys
-- ARGV  1 owner
local key = KEYS[1] .. 'scheduling'
if redis.call('HGET', key, 'owner') == ARGV[1] then redis.call('HDEL', key, 'expiresAt') end
