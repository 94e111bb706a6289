-- Read all jobs of a run, in order. [WFS-4]
-- $1 run_id
-- -> job
SELECT job FROM {{schema}}.run_job
WHERE run = (SELECT serial FROM {{schema}}.run WHERE run_id = $1::text)
ORDER BY position
