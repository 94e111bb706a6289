-- Tell why a commit did nothing. [WFS-3, WFS-4]
-- $1 run_id  $2 job ids: json array
-- -> version of the run, and the first job id that it does not have; no row for an unknown run
SELECT run.version, (
  SELECT given.job_id FROM json_array_elements_text($2::json) WITH ORDINALITY AS given (job_id, number)
  WHERE NOT EXISTS (
    SELECT FROM {{schema}}.run_job WHERE run_job.run = run.serial AND run_job.job_id = given.job_id
  )
  ORDER BY given.number
  LIMIT 1
) AS unknown_job_id
FROM {{schema}}.run
WHERE run_id = $1::text
