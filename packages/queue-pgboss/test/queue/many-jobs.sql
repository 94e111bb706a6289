-- Fills a queue with jobs.
-- {{queue}}  the queue of pg-boss, whose label set is 1
-- {{state}}  created, active (and leased), or completed
-- {{first}}, {{last}}  the numbers of the jobs
WITH given AS (
  SELECT
    number, gen_random_uuid() AS id, 'run-' || number / 100 AS workflow_id, 'job-' || number AS job_id,
    now() - interval '1 hour' + number * interval '1 millisecond' AS at,
    '{{state}}'::text AS state
  FROM generate_series({{first}}, {{last}}) AS counted (number)
),
jobs AS (
  INSERT INTO {{schema}}.job (
    id, serial, label_set, workflow_id, job_id, priority, max_retries, state, enqueued_at, available_at, finished_at
  )
  SELECT
    id, nextval('{{schema}}.job_serial'), 1, workflow_id, job_id, number % 3, 3,
    CASE state WHEN 'completed' THEN state ELSE 'open' END, at, at, CASE state WHEN 'completed' THEN at END
  FROM given
),
leases AS (
  INSERT INTO {{schema}}.lease (job, label_set, nonce, worker_id, attempt, ttl_ms, claimed_at, expires_at, check_at)
  SELECT id, 1, 'nonce', 'w1', 0, 3600000, now(), now() + interval '1 hour', now() + interval '1 hour'
  FROM given
  WHERE state = 'active'
)
INSERT INTO {{boss}}.job (id, name, priority, data, state, retry_limit, start_after, created_on, completed_on, keep_until)
SELECT
  id, '{{queue}}', number % 3, json_build_object('workflowId', workflow_id, 'jobId', job_id, 'command', 'make'),
  state::{{boss}}.job_state, 3, at, at, CASE state WHEN 'completed' THEN at END, now() + interval '1 year'
FROM given
