-- Remember that a workflow is cancelled, from the first time on. [CAN-5]
-- $1 text  the workflow
INSERT INTO {{schema}}.cancelled_workflow (workflow_id, cancelled_at) VALUES ($1, {{schema}}.now_ms()) ON CONFLICT DO NOTHING
