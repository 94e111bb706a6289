-- Read a run without its jobs. [WFS-2]
-- $1 run_id
-- -> its columns, times in milliseconds since the epoch; no row for an unknown run. Numbers are float8, which every driver gives as
--    such, because it may be the caller's.
SELECT serial::float8, run_id, name, status, attempt::float8, version::float8, counts, definition,
  floor(extract(epoch FROM created_at) * 1000)::float8 AS created_at,
  floor(extract(epoch FROM finished_at) * 1000)::float8 AS finished_at
FROM {{schema}}.run
WHERE run_id = $1::text
