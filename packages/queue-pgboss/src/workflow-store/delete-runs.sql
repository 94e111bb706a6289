-- Delete some of the runs that ended long ago; their jobs are left for later. [WFS-11]
-- $1 older_than_ms  $2 limit
-- -> a row for each
WITH ended AS (
  SELECT run_id FROM {{schema}}.run
  WHERE finished_at < statement_timestamp() - $1::bigint * interval '1 ms'
  ORDER BY finished_at
  LIMIT $2::integer
  FOR UPDATE SKIP LOCKED
), deleted AS (
  DELETE FROM {{schema}}.run WHERE run_id = ANY (ARRAY(SELECT run_id FROM ended))
  RETURNING serial
)
INSERT INTO {{schema}}.deleted_run (run) SELECT serial FROM deleted
RETURNING 1
