-- Store a new run with its first jobs, unless its id is taken. [WFS-1, WFS-2]
-- $1 run_id  $2 name  $3 counts: json  $4 definition: json  $5 jobs: json array, in order
-- -> serial of the run; no row for a duplicate
WITH created AS (
  INSERT INTO {{schema}}.run (run_id, name, counts, definition)
  VALUES ($1::text, $2::text, $3::json, $4::json)
  ON CONFLICT (run_id) DO NOTHING
  RETURNING serial
), jobs AS (
  INSERT INTO {{schema}}.run_job (run, position, job_id, state, job)
  SELECT created.serial, given.number - 1, given.job->>'jobId', given.job->>'state', given.job
  FROM created, json_array_elements($5::json) WITH ORDINALITY AS given (job, number)
)
SELECT serial::float8 FROM created
