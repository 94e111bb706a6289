-- Add jobs to pg-boss and beside it, and tell that they are ready. [ENQ-1, ENQ-2, ENQ-3]
-- $1 json  the jobs as pg-boss takes them, each with its queue
-- $2 json  the same jobs: n, id, workflow, job, labelSet, priority, maxRetries, backoff, delayMs; no id twice
-- -> n, outcome  duplicate or cancelled; the others were added
WITH clock AS MATERIALIZED (
  SELECT date_trunc('milliseconds', moment) AS now, moment FROM (SELECT clock_timestamp() AS moment OFFSET 0) AS read
),
given AS MATERIALIZED (
  SELECT *, nextval('{{schema}}.job_serial') AS serial
  FROM json_to_recordset($2::text::json) AS job (
    n integer, id uuid, workflow text, job text, "labelSet" integer, priority smallint, "maxRetries" smallint, backoff jsonb, "delayMs" float8
  )
),
cancelled AS MATERIALIZED (
  SELECT workflow_id FROM {{schema}}.cancelled_workflow WHERE workflow_id = ANY (ARRAY(SELECT workflow FROM given))
),
accepted AS (
  INSERT INTO {{schema}}.job (
    id, serial, label_set, workflow_id, job_id, priority, max_retries, backoff, enqueued_at, available_at
  )
  SELECT
    given.id, given.serial, given."labelSet", given.workflow, given.job, given.priority, given."maxRetries", given.backoff,
    clock.now, clock.now + given."delayMs" * interval '1 millisecond'
  FROM given CROSS JOIN clock
  WHERE given.workflow NOT IN (SELECT workflow_id FROM cancelled)
  ORDER BY given.id
  ON CONFLICT (id) DO NOTHING
  RETURNING id, serial, label_set, workflow_id, job_id, enqueued_at, available_at
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
  LEFT JOIN cancelled ON cancelled.workflow_id = given.workflow
  LEFT JOIN accepted ON accepted.id = given.id
) ON accepted.id IS NULL AND given.id IS NOT NULL
