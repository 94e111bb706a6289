-- Tell when the next delayed job of some queues is due.
-- $1 text[]  queues
-- -> due_in_ms  null where there is none
SELECT (extract(epoch FROM min(due.start_after) - clock_timestamp()) * 1000)::float8 AS due_in_ms
FROM unnest($1::text[]) AS candidate (queue)
CROSS JOIN unnest(ARRAY['created', 'retry']::{{boss}}.job_state[]) AS waiting (state)
CROSS JOIN LATERAL (
  SELECT job.start_after
  FROM {{boss}}.job AS job
  WHERE job.name = candidate.queue AND job.state = waiting.state AND NOT job.blocked AND job.start_after > now()
    AND job.state IN ('created', 'retry', 'active', 'failed')
  ORDER BY job.start_after
  LIMIT 1
) AS due
