-- Delete some jobs of one deleted run, and forget the run with the last. [WFS-11]
-- $1 limit
-- -> run and jobs: how many were deleted; no row when nothing is left, or others are at it
WITH next AS (
  SELECT run FROM {{schema}}.deleted_run ORDER BY run LIMIT 1 FOR UPDATE SKIP LOCKED
), doomed AS (
  SELECT run_job.run, run_job.position FROM {{schema}}.run_job, next
  WHERE run_job.run = next.run
  ORDER BY run_job.position
  LIMIT $1::integer
), deleted AS (
  DELETE FROM {{schema}}.run_job USING doomed
  WHERE run_job.run = doomed.run AND run_job.position = doomed.position
  RETURNING run_job.position
), forgotten AS (
  DELETE FROM {{schema}}.deleted_run USING next
  WHERE deleted_run.run = next.run AND (SELECT count(*) FROM deleted) < $1::integer
)
SELECT next.run, (SELECT count(*) FROM deleted) AS jobs FROM next
