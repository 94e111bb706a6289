-- End leases and hand their jobs back, and tell that they are ready. [LSE-5]
-- No call of pg-boss hands a job back without counting an attempt: it is removed and added again, with the attempts that it has used.
-- $1 text    the queue of all of them
-- $2 uuid[]  jobs
-- $3 text[]  nonces of their leases
-- -> done  the numbers, from 1, of those that this call released
WITH held AS MATERIALIZED (
  SELECT id FROM {{schema}}.job WHERE id = ANY ($2::uuid[]) AND state = 'open' ORDER BY id FOR UPDATE
),
ended AS (
  DELETE FROM {{schema}}.lease
  USING unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS given (job, nonce, n)
  WHERE lease.job = ANY (ARRAY(SELECT id FROM held)) AND lease.job = given.job AND lease.nonce = given.nonce
    AND lease.expires_at > clock_timestamp()
  RETURNING given.n, lease.job, lease.nonce, lease.attempt, lease.claimed_at
),
released AS (
  UPDATE {{schema}}.job SET
    available_at = {{schema}}.now_ms(), started_at = ended.claimed_at,
    settled_lease = ended.nonce, settled_by = 'release', settled_retry_at = NULL
  FROM ended
  WHERE job.id = ended.job
  RETURNING ended.n, job.id, job.workflow_id, job.job_id, ended.attempt, job.max_retries, job.label_set, job.available_at
),
kept AS MATERIALIZED (
  SELECT id, priority, data FROM {{boss}}.job WHERE name = $1::text AND id IN (SELECT job FROM ended)
),
deleted AS (
  {{deleteJobs}}
),
clock AS MATERIALIZED (
  SELECT date_trunc('milliseconds', moment) AS now, moment FROM (SELECT clock_timestamp() AS moment OFFSET 0) AS read
),
new_jobs AS MATERIALIZED (
  SELECT
    kept.id, $1::text AS "queueName", kept.priority, kept.data || jsonb_build_object('attempt', released.attempt) AS data,
    released.max_retries - released.attempt AS "retryLimit", clock.now AS start_after
  FROM kept
  JOIN deleted ON deleted.id = kept.id
  JOIN released ON released.id = kept.id
  CROSS JOIN clock
),
accepted AS MATERIALIZED (
  SELECT job AS id FROM ended
),
boss AS (
  {{insertJobs}}
)
SELECT
  coalesce(array_agg(n), '{}')::integer[] AS done,
  {{schema}}.tell(array_agg(
    json_build_array(
      'ready', workflow_id, job_id, attempt, {{schema}}.epoch_ms(available_at), {{schema}}.epoch_ms(available_at), label_set
    )::text ORDER BY n
  ))
FROM released
