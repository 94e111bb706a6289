-- Apply changes to a run that is at the expected version and has all of the jobs, or do nothing. [WFS-3 to WFS-6]
-- $1 run_id  $2 expected version
-- $3 status, $4 attempt, $5 counts: json; each null to leave it
-- $6 jobs: json array, each job once
-- -> version; no row if nothing was done
WITH given AS MATERIALIZED (
  SELECT job, job->>'jobId' AS job_id, job->>'state' AS state FROM json_array_elements($6::json) AS each (job)
), known AS (
  SELECT run_job.run, run_job.position, given.job, given.state
  FROM {{schema}}.run
  JOIN {{schema}}.run_job ON run_job.run = run.serial
  JOIN given ON given.job_id = run_job.job_id
  WHERE run.run_id = $1::text
), committed AS (
  UPDATE {{schema}}.run SET
    version = version + 1,
    status = coalesce($3::text, status),
    finished_at = CASE WHEN $3::text IS NULL THEN finished_at WHEN $3::text <> 'running' THEN clock_timestamp() END,
    attempt = coalesce($4::bigint, attempt),
    counts = coalesce($5::json, counts)
  WHERE run_id = $1::text AND version = $2::bigint
    AND (SELECT count(*) FROM known) = (SELECT count(*) FROM given)
  RETURNING serial, version
), changed AS (
  UPDATE {{schema}}.run_job SET job = known.job, state = known.state
  FROM known, committed
  WHERE run_job.run = committed.serial AND run_job.run = known.run AND run_job.position = known.position
)
SELECT version FROM committed
