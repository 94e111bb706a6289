-- Read all that is known of jobs. [INS-1]
-- $1 uuid[]  the jobs
SELECT
  job.id, job.workflow_id, job.job_id, now.state, job.attempt, job.priority, label_set.labels, job.failure, job.outputs, lease.worker_id,
  {{schema}}.epoch_ms(job.enqueued_at) AS enqueued_at,
  {{schema}}.epoch_ms(job.available_at) AS available_at,
  {{schema}}.epoch_ms(coalesce(lease.claimed_at, job.started_at)) AS started_at,
  {{schema}}.epoch_ms(job.finished_at) AS finished_at,
  {{schema}}.epoch_ms(lease.expires_at) AS lease_expires_at,
  (SELECT data FROM {{boss}}.job AS boss WHERE boss.name = label_set.queue AND boss.id = job.id) AS data
FROM {{schema}}.job
JOIN {{schema}}.label_set ON label_set.id = job.label_set
LEFT JOIN {{schema}}.lease ON lease.job = job.id
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN job.state <> 'open' THEN job.state
    WHEN lease.job IS NOT NULL THEN 'active'
    WHEN job.available_at > clock_timestamp() THEN 'delayed'
    ELSE 'waiting'
  END AS state
) AS now
WHERE job.id = ANY ($1::uuid[])
