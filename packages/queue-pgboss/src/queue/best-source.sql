-- $5 integer[], $6 text[]  label sets and their queues, of which the one is taken whose first job comes first
SELECT candidate.label_set, candidate.queue, head.priority AS min_priority
FROM known
CROSS JOIN unnest($5::integer[], $6::text[]) AS candidate (label_set, queue)
CROSS JOIN LATERAL (
  SELECT job.priority, job.created_on, job.start_after
  FROM {{boss}}.job AS job
  WHERE job.name = candidate.queue AND job.state < 'active' AND NOT job.blocked AND job.start_after <= now()
  ORDER BY job.priority DESC, job.created_on, job.start_after
  LIMIT 1
) AS head
WHERE known.label_sets = $4
ORDER BY head.priority DESC, head.created_on, head.start_after
LIMIT 1
