-- Sets the lock of an active job to a new term. [BullMQ: extendLock]
local function extendLock(id, token, ttlMs)
  return bullExtendLock({ bull .. id .. ':lock', bull .. 'stalled' }, { token, math.max(1, ttlMs - 1), id })
end
