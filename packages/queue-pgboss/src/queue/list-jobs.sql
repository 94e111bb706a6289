-- Read a page of the jobs of a workflow, in the order in which they were enqueued. [INS-1]
-- $1 text     the workflow
-- $2 bigint   the serial after which the page begins
-- $3 text[]   states, null for all
-- $4 integer  jobs at the most
SELECT
  job.serial, job.workflow_id, job.job_id, now.state, job.attempt, job.priority, label_set.labels, job.failure, lease.worker_id,
  {{schema}}.epoch_ms(job.enqueued_at) AS enqueued_at,
  {{schema}}.epoch_ms(job.available_at) AS available_at,
  {{schema}}.epoch_ms(coalesce(lease.claimed_at, job.started_at)) AS started_at,
  {{schema}}.epoch_ms(job.finished_at) AS finished_at,
  {{schema}}.epoch_ms(lease.expires_at) AS lease_expires_at
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
WHERE job.workflow_id = $1 AND job.serial > $2 AND ($3::text[] IS NULL OR now.state = ANY ($3::text[]))
ORDER BY job.serial
LIMIT $4
