-- List runs, newest first: those of each status are read by its index, and then merged. [WFS-7]
-- $1 statuses  $2 only runs with a serial below it, or null  $3 limit
-- -> their columns but the definition, times in milliseconds since the epoch
SELECT run.serial, run_id, name, run.status, attempt, version, counts,
  floor(extract(epoch FROM created_at) * 1000)::bigint AS created_at,
  floor(extract(epoch FROM finished_at) * 1000)::bigint AS finished_at
FROM unnest($1::text[]) AS wanted (status)
CROSS JOIN LATERAL (
  SELECT * FROM {{schema}}.run
  WHERE run.status = wanted.status AND run.serial < coalesce($2::bigint, 9223372036854775807)
  ORDER BY run.serial DESC
  LIMIT $3::integer
) AS run
ORDER BY run.serial DESC
LIMIT $3::integer
