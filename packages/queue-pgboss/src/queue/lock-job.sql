-- Keep a job from being settled or reaped until the transaction ends.
-- $1 uuid  the job
-- -> id, state, queue
SELECT job.id, job.state, label_set.queue
FROM {{schema}}.job JOIN {{schema}}.label_set ON label_set.id = job.label_set
WHERE job.id = $1
FOR UPDATE OF job
