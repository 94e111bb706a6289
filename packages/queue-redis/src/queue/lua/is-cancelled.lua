-- Tells whether a job, or its workflow, was cancelled. [CAN-6]
-- ARGV  1 id
-- ->    1 | 0
if redis.call('ZSCORE', own .. 'cancelledWorkflows', string.match(ARGV[1], '^[^.]*')) then return 1 end
return redis.call('HEXISTS', bull .. ARGV[1], 'cancelledBy')
