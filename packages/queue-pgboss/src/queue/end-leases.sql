-- End leases whose attempts failed, as the first statement of a transaction. [FAI-1, LSE-2]
-- $1 uuid[]  jobs
-- $2 text[]  nonces of their leases
-- -> n  the number, from 1, of a lease that was ended, all about it, and now
WITH held AS MATERIALIZED (
  SELECT id FROM {{schema}}.job WHERE id = ANY ($1::uuid[]) AND state = 'open' ORDER BY label_set, id FOR UPDATE
),
ended AS (
  DELETE FROM {{schema}}.lease
  USING unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS given (job, nonce, n)
  WHERE lease.job = ANY (ARRAY(SELECT id FROM held)) AND lease.job = given.job AND lease.nonce = given.nonce
    AND lease.expires_at > clock_timestamp()
  RETURNING given.n, lease.*
)
SELECT
  ended.n::integer, ended.job, ended.label_set, label_set.queue, ended.nonce, ended.worker_id, ended.attempt,
  {{schema}}.epoch_ms(ended.claimed_at) AS claimed_at, {{schema}}.epoch_ms({{schema}}.now_ms()) AS now,
  job.workflow_id, job.job_id, job.max_retries, job.backoff
FROM ended
JOIN {{schema}}.job ON job.id = ended.job
JOIN {{schema}}.label_set ON label_set.id = ended.label_set
ORDER BY ended.label_set, ended.job
