-- Add a worker, or replace what is known of it. [WRK-1]
-- $1 worker_id  $2 info: json  $3 offline_after_ms
INSERT INTO {{schema}}.worker (worker_id, info, offline_after_ms, registered_at, last_seen_at, running)
SELECT $1::text, $2::json, $3::bigint, now, now, '[]'
FROM clock_timestamp() AS now
ON CONFLICT (worker_id) DO UPDATE SET
  info = EXCLUDED.info,
  offline_after_ms = EXCLUDED.offline_after_ms,
  registered_at = EXCLUDED.registered_at,
  last_seen_at = EXCLUDED.last_seen_at,
  running = EXCLUDED.running
