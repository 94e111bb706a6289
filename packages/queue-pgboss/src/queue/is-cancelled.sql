-- Tell whether a job was cancelled, or its whole workflow. [CAN-6]
-- $1 text  the workflow
-- $2 uuid  the job
-- -> is_cancelled
SELECT
  EXISTS (SELECT FROM {{schema}}.cancelled_workflow WHERE workflow_id = $1)
  OR EXISTS (SELECT FROM {{schema}}.job WHERE id = $2 AND state = 'cancelled') AS is_cancelled
