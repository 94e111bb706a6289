-- Remove the offline workers that were last heard from long ago. [WRK-6]
-- $1 older_than_ms
-- -> a row for each
DELETE FROM {{schema}}.worker
WHERE clock_timestamp() >= last_seen_at + offline_after_ms * interval '1 ms'
  AND last_seen_at < clock_timestamp() - $1::bigint * interval '1 ms'
RETURNING 1
