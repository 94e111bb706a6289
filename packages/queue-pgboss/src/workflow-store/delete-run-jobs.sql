-- Delete some jobs of one deleted run, and forget the run with the last. [WFS-11]
-- $1 limit
-- -> a row, unless nothing is left, or others are at it
WITH next AS (
  SELECT run FROM {{schema}}.deleted_run ORDER BY run LIMIT 1 FOR UPDATE SKIP LOCKED
), deleted AS (
  DELETE FROM {{schema}}.run_job
  WHERE run = (SELECT run FROM next) AND position = ANY (ARRAY(
    SELECT position FROM {{schema}}.run_job WHERE run = (SELECT run FROM next) ORDER BY position LIMIT $1::integer
  ))
  RETURNING 1
), forgotten AS (
  DELETE FROM {{schema}}.deleted_run
  WHERE run = (SELECT run FROM next) AND (SELECT count(*) FROM deleted) < $1::integer
)
SELECT 1 FROM next
