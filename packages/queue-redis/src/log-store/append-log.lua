-- Store chunks of one job's log, each attempt and sequence once, up to a size. [LOG-1] [LOG-2] [LOG-6]
-- KEYS  1 prefix of the namespace's keys
-- ARGV  1 name of the log   2 most bytes   3… of each chunk: attempt, sequence, stream, text
--       attempts and sequences have 16 digits, so that they sort as text
--
-- log:NAME         list    chunks in order: 'at attempt sequence stream text', the stream with a '!' after it where truncated
-- log-sizes        hash    bytes of each log by its name, or 'full'
-- log-seen:NAME    zset    the sequences stored, in ranges: 'attempt first last', all of score 0
-- logs-by-age      zset    names by the time of their last chunk
local name, max_bytes = ARGV[1], tonumber(ARGV[2])
local log_key, seen_key = KEYS[1] .. 'log:' .. name, KEYS[1] .. 'log-seen:' .. name
local sizes_key, ages_key = KEYS[1] .. 'log-sizes', KEYS[1] .. 'logs-by-age'

local bytes = redis.call('HGET', sizes_key, name) or 0
if bytes == 'full' then return 0 end
bytes = tonumber(bytes)

local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))

local function digits(number) return string.format('%016.0f', number) end

-- The range of an attempt that begins last at or before a sequence, and where it ends.
local function range_before(attempt, sequence)
  local found = redis.call('ZREVRANGEBYLEX', seen_key, '[' .. attempt .. ' ' .. sequence .. '~', '[' .. attempt, 'LIMIT', 0, 1)[1]
  return found, found and string.sub(found, 35)
end

local function note(attempt, sequence, before, before_last)
  local first, last = sequence, sequence
  local following = digits(sequence + 1)
  if before and digits(before_last + 1) == sequence then
    first = string.sub(before, 18, 33)
    redis.call('ZREM', seen_key, before)
  end
  local after, after_last = range_before(attempt, following)
  if after and string.sub(after, 18, 33) == following then
    last = after_last
    redis.call('ZREM', seen_key, after)
  end
  redis.call('ZADD', seen_key, 0, attempt .. ' ' .. first .. ' ' .. last)
end

-- Cuts a text to a number of bytes, never within a character.
local function cut(text, size)
  while size > 0 do
    local following = string.byte(text, size + 1)
    if not following or following < 128 or following > 191 then break end
    size = size - 1
  end
  return string.sub(text, 1, size)
end

local stored = 0
for index = 3, #ARGV, 4 do
  local attempt, sequence, stream, text = ARGV[index], ARGV[index + 1], ARGV[index + 2], ARGV[index + 3]
  local before, before_last = range_before(attempt, sequence)
  if not before or before_last < sequence then
    -- A chunk without text counts too: without end, they would take memory without end.
    local size = math.max(1, #text)
    local is_full = bytes + size > max_bytes
    if is_full then
      stream = stream .. '!'
      text = cut(text, max_bytes - bytes)
    end
    -- Comes before every other write: where memory is full it is refused, and then nothing was changed.
    local head = string.format('%s %.0f %.0f %s ', now, attempt, sequence, stream)
    redis.call('RPUSH', log_key, head .. text)
    stored = stored + 1
    bytes = bytes + size
    if is_full then
      bytes = 'full'
      redis.call('UNLINK', seen_key)
      break
    end
    note(attempt, sequence, before, before_last)
  end
end
if stored > 0 then
  redis.call('HSET', sizes_key, name, bytes)
  redis.call('ZADD', ages_key, now, name)
  redis.call('PUBLISH', KEYS[1] .. 'log:' .. name, '')
end
return stored
