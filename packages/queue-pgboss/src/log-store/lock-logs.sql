-- Lock the logs of jobs, which gives positions to one call at a time, and begin those that are new. [LOG-1]
-- $1 jobs: json array of {workflowId, jobId}, each once
INSERT INTO {{schema}}.log (workflow_id, job_id)
SELECT given.job->>'workflowId', given.job->>'jobId'
FROM json_array_elements($1::json) AS given (job)
ORDER BY 1, 2
ON CONFLICT (workflow_id, job_id) DO UPDATE SET job_id = EXCLUDED.job_id
