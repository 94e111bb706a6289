-- Tell what became of leases, of which a call was refused. [LSE-2, LSE-4, CAN-2]
-- $1 uuid[]  jobs
-- $2 text[]  nonces of their leases
-- -> n           the number, from 1; those of unknown jobs are left out
--    state, workflow_id, job_id, enqueued_at  of the job
--    settled_by, retry_at        how the lease was settled, if it was the job's latest to be
SELECT
  given.n::integer, job.state, job.workflow_id, job.job_id, {{schema}}.epoch_ms(job.enqueued_at) AS enqueued_at,
  CASE WHEN job.settled_lease = given.nonce THEN job.settled_by END AS settled_by,
  CASE WHEN job.settled_lease = given.nonce THEN {{schema}}.epoch_ms(job.settled_retry_at) END AS retry_at
FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS given (job, nonce, n)
JOIN {{schema}}.job ON job.id = given.job
