-- Fills the stores with 100,000 runs, a run of 100,000 jobs, 100,000 logs and a log of 100,000 chunks.
INSERT INTO {{schema}}.run (run_id, name, status, counts, finished_at, definition)
SELECT 'run-' || n, 'run', CASE WHEN n > 5 THEN 'succeeded' ELSE 'running' END, '{}',
  CASE WHEN n > 5 THEN now() - n * interval '1 second' END, '{}'
FROM generate_series(1, 100000) AS counted (n);

INSERT INTO {{schema}}.run_job (run, position, job_id, state, job)
SELECT serial, n, 'job-' || n, 'blocked', json_build_object('jobId', 'job-' || n, 'state', 'blocked', 'runAttempt', 1)
FROM {{schema}}.run, generate_series(0, 99999) AS counted (n)
WHERE run_id = 'run-1';

INSERT INTO {{schema}}.log (workflow_id, job_id) SELECT 'run-' || n % 1000, 'job-' || n FROM generate_series(1, 100000) AS counted (n);

INSERT INTO {{schema}}.log_chunk (log, position, attempt, sequence, stream, text, stored_at, total_bytes, truncated)
SELECT id, 0, 0, 0, 'stdout', 'line', now(), 4, false FROM {{schema}}.log;

INSERT INTO {{schema}}.log_chunk (log, position, attempt, sequence, stream, text, stored_at, total_bytes, truncated)
SELECT id, n, 0, n, 'stdout', 'line', now(), 4 * n, false
FROM {{schema}}.log, generate_series(1, 99999) AS counted (n)
WHERE workflow_id = 'run-1' AND job_id = 'job-1';

ANALYZE;
