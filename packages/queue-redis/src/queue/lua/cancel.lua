-- Cancels a job. [CAN-1, CAN-2, CAN-3, CAN-4]
-- ARGV  1 id   2 token of the call
-- ->    cancelled | finished, its state | unknown
local outcome, state = cancelJob(ARGV[1], ARGV[2])
return announce({ outcome, state })
