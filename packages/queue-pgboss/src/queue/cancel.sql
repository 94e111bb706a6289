-- End jobs as cancelled, revoke their leases, and tell. [CAN-1, CAN-2]
-- Runs after pg-boss has cancelled them, in a statement of its own: a claim may have leased one of them just before.
-- $1 uuid[]  jobs that are open, and locked
WITH revoked AS (
  DELETE FROM {{schema}}.lease WHERE job = ANY ($1::uuid[]) RETURNING job, claimed_at
),
cancelled AS (
  UPDATE {{schema}}.job SET
    state = 'cancelled',
    started_at = coalesce((SELECT claimed_at FROM revoked WHERE revoked.job = job.id), job.started_at),
    finished_at = {{schema}}.now_ms()
  WHERE id = ANY ($1::uuid[])
  RETURNING serial, workflow_id, job_id, attempt, finished_at
)
SELECT {{schema}}.tell(array_agg(
  json_build_array('cancelled', workflow_id, job_id, attempt, {{schema}}.epoch_ms(finished_at))::text ORDER BY serial
))
FROM cancelled
