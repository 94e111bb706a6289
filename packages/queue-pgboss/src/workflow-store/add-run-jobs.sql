-- Store further jobs of a run that is being created. [WFS-1]
-- $1 run: serial  $2 position of the first  $3 jobs: json array, in order
INSERT INTO {{schema}}.run_job (run, position, job_id, state, job)
SELECT $1::bigint, $2::bigint + given.number - 1, given.job->>'jobId', given.job->>'state', given.job
FROM json_array_elements($3::json) WITH ORDINALITY AS given (job, number)
