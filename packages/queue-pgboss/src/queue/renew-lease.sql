-- Extend live leases to now and some time. [LSE-1]
-- $1 uuid[]     jobs, none twice
-- $2 text[]     nonces of their leases
-- $3 integer[]  for how long, in ms
-- -> n  the number, from 1, of a lease that was extended, and all about it
WITH held AS MATERIALIZED (
  SELECT job FROM {{schema}}.lease WHERE job = ANY ($1::uuid[]) ORDER BY label_set, job FOR UPDATE
),
clock AS MATERIALIZED (
  SELECT {{schema}}.now_ms() AS now FROM (SELECT count(*) FROM held) AS waited_for
),
renewed AS (
  UPDATE {{schema}}.lease SET
    ttl_ms = given.ttl_ms,
    expires_at = clock.now + given.ttl_ms * interval '1 millisecond',
    check_at = least(lease.check_at, clock.now + given.ttl_ms * interval '1 millisecond')
  FROM unnest($1::uuid[], $2::text[], $3::integer[]) WITH ORDINALITY AS given (job, nonce, ttl_ms, n) CROSS JOIN clock
  WHERE lease.job = ANY (ARRAY(SELECT job FROM held)) AND lease.job = given.job AND lease.nonce = given.nonce
    AND lease.expires_at > clock_timestamp()
  RETURNING given.n, lease.*
)
SELECT
  renewed.n::integer, job.workflow_id, job.job_id, renewed.worker_id, renewed.attempt, renewed.ttl_ms,
  {{schema}}.epoch_ms(renewed.expires_at) AS expires_at
FROM renewed JOIN {{schema}}.job ON job.id = renewed.job
