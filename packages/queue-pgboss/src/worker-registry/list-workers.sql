-- Tell of every worker, in no order. [WRK-3, WRK-4]
-- -> info, running, online, and times in milliseconds since the epoch
SELECT info, running,
  clock_timestamp() < last_seen_at + offline_after_ms * interval '1 ms' AS online,
  floor(extract(epoch FROM registered_at) * 1000)::bigint AS registered_at,
  floor(extract(epoch FROM last_seen_at) * 1000)::bigint AS last_seen_at
FROM {{schema}}.worker
