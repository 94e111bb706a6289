-- Note that a worker is alive, and what it runs. [WRK-2]
-- $1 worker_id  $2 running: json
-- -> a row if the worker is registered
UPDATE {{schema}}.worker SET last_seen_at = clock_timestamp(), running = $2::json
WHERE worker_id = $1::text
RETURNING 1
