-- Add jobs to pg-boss and beside it, and tell that they are ready. [ENQ-1, ENQ-2, ENQ-3]
-- $1 json  the jobs, none twice; each is [its id, label set, the queue of that, microseconds until it is due, the job itself]
-- -> n, outcome  duplicate or cancelled, by number from 0; the others were added
WITH clock AS MATERIALIZED (
  SELECT date_trunc('milliseconds', moment) AS now, moment FROM (SELECT clock_timestamp() AS moment OFFSET 0) AS read
),
given AS MATERIALIZED (
  SELECT
    n, id, label_set, queue, data, nextval('{{schema}}.job_serial') AS serial,
    data->>'workflowId' AS workflow_id, data->>'jobId' AS job_id, coalesce((data->'priority')::smallint, 0) AS priority,
    coalesce((data->'retryPolicy'->'maxRetries')::smallint, 0) AS max_retries, data->'retryPolicy'->'backoff' AS backoff,
    clock.now + due_us * interval '1 microsecond' AS start_after
  FROM (
    SELECT
      n::integer - 1 AS n, (job->>0)::uuid AS id, (job->1)::integer AS label_set, job->>2 AS queue, (job->3)::float8 AS due_us,
      job->4 AS data
    FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS listed (job, n)
    -- Takes each job apart once.
    OFFSET 0
  ) AS listed
  CROSS JOIN clock
),
cancelled AS MATERIALIZED (
  SELECT workflow_id FROM {{schema}}.cancelled_workflow WHERE workflow_id = ANY (ARRAY(SELECT DISTINCT workflow_id FROM given))
),
accepted AS (
  INSERT INTO {{schema}}.job (
    id, serial, label_set, workflow_id, job_id, priority, max_retries, backoff, enqueued_at, available_at
  )
  SELECT
    id, serial, label_set, workflow_id, job_id, priority, max_retries, CASE WHEN backoff->>'kind' <> 'none' THEN backoff END,
    clock.now, greatest(clock.now, start_after)
  FROM given CROSS JOIN clock
  WHERE workflow_id NOT IN (SELECT workflow_id FROM cancelled)
  ORDER BY id
  ON CONFLICT (id) DO NOTHING
  RETURNING id, serial, label_set, workflow_id, job_id, enqueued_at, available_at
),
new_jobs AS (
  SELECT id, queue AS "queueName", priority, data, max_retries AS "retryLimit", start_after FROM given
),
boss AS (
  {{insertJobs}}
),
told AS MATERIALIZED (
  SELECT {{schema}}.tell(array_agg(
    json_build_array(
      'ready', workflow_id, job_id, 0, {{schema}}.epoch_ms(enqueued_at), {{schema}}.epoch_ms(available_at), label_set
    )::text ORDER BY serial
  ))
  FROM accepted
),
checked AS MATERIALIZED (
  -- What pg-boss skips would never be claimed: divides by zero then, which undoes all.
  SELECT 1 / ((SELECT count(*) FROM boss) = (SELECT count(*) FROM accepted))::integer FROM told
)
SELECT given.n, CASE WHEN cancelled.workflow_id IS NULL THEN 'duplicate' ELSE 'cancelled' END AS outcome
FROM checked
LEFT JOIN (
  given
  LEFT JOIN cancelled ON cancelled.workflow_id = given.workflow_id
  LEFT JOIN accepted ON accepted.id = given.id
) ON accepted.id IS NULL AND given.id IS NOT NULL
