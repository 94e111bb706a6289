-- Keep a job from being settled or reaped until the transaction ends.
-- $1 uuid  the job
-- -> id, state, label_set
SELECT id, state, label_set FROM {{schema}}.job WHERE id = $1 FOR UPDATE
