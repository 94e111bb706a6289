-- Forget that workflows were cancelled before a time, where they have no jobs left. [PRG-2]
-- $1 float8  the time, in ms since the epoch
DELETE FROM {{schema}}.cancelled_workflow
WHERE cancelled_at < to_timestamp($1::float8 / 1000)
  AND NOT EXISTS (SELECT FROM {{schema}}.job WHERE job.workflow_id = cancelled_workflow.workflow_id)
