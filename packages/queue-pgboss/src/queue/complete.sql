-- End leases and their jobs as completed, and tell. [CMP-1, LSE-2]
-- $1 text    the queue of all of them
-- $2 uuid[]  jobs
-- $3 text[]  nonces of their leases
-- $4 text[]  outputs as JSON
-- -> done  the numbers, from 1, of those that this call completed
WITH held AS MATERIALIZED (
  SELECT id FROM {{schema}}.job WHERE id = ANY ($2::uuid[]) AND state = 'open' ORDER BY id FOR UPDATE
),
ended AS (
  DELETE FROM {{schema}}.lease
  USING unnest($2::uuid[], $3::text[], $4::text[]) WITH ORDINALITY AS given (job, nonce, outputs, n)
  WHERE lease.job = ANY (ARRAY(SELECT id FROM held)) AND lease.job = given.job AND lease.nonce = given.nonce
    AND lease.expires_at > clock_timestamp()
  RETURNING given.n, lease.job, lease.nonce, lease.claimed_at, given.outputs
),
completed AS (
  UPDATE {{schema}}.job SET
    state = 'completed', started_at = ended.claimed_at, finished_at = {{schema}}.now_ms(), outputs = ended.outputs::jsonb,
    failure = NULL, settled_lease = ended.nonce, settled_by = 'complete', settled_retry_at = NULL
  FROM ended
  WHERE job.id = ended.job
  RETURNING ended.n, job.workflow_id, job.job_id, job.attempt, job.finished_at, ended.outputs
),
boss AS (
  {{completeJobs}}
)
SELECT
  coalesce(array_agg(n), '{}')::integer[] AS done,
  {{schema}}.tell(array_agg(
    json_build_array(
      'completed', workflow_id, job_id, attempt, {{schema}}.epoch_ms(finished_at),
      CASE WHEN octet_length(outputs) <= 2000 THEN outputs::json END
    )::text ORDER BY n
  ))
FROM completed
