-- Read a run without its jobs. [WFS-2]
-- $1 run_id
-- -> its columns, times in milliseconds since the epoch; no row for an unknown run
SELECT serial, run_id, name, status, attempt, version, counts, definition,
  floor(extract(epoch FROM created_at) * 1000)::bigint AS created_at,
  floor(extract(epoch FROM finished_at) * 1000)::bigint AS finished_at
FROM {{schema}}.run
WHERE run_id = $1::text
