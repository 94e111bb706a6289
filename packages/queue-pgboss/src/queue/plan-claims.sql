-- Tell from which queues the jobs would come that many claims of one worker take.
-- $1 integer[], $2 text[]  label sets and their queues
-- $3 integer               the number of label sets that the caller knows; plans nothing where there are more
-- $4 integer               jobs at the most
-- -> known  label sets that there are
--    label_set, queue, jobs, min_priority  of each queue; a row without them where there is none
WITH known AS MATERIALIZED (
  SELECT coalesce(max(id), 0) AS label_sets FROM {{schema}}.label_set
),
first AS MATERIALIZED (
  SELECT candidate.label_set, candidate.queue, head.priority
  FROM known
  CROSS JOIN unnest($1::integer[], $2::text[]) AS candidate (label_set, queue)
  CROSS JOIN LATERAL (
    SELECT job.priority, job.created_on, job.start_after
    FROM {{boss}}.job AS job
    WHERE job.name = candidate.queue AND job.state < 'active' AND NOT job.blocked AND job.start_after <= now()
    ORDER BY job.priority DESC, job.created_on, job.start_after
    LIMIT $4
  ) AS head
  WHERE known.label_sets = $3
  ORDER BY head.priority DESC, head.created_on, head.start_after
  LIMIT $4
)
SELECT known.label_sets AS known, planned.label_set, planned.queue, planned.jobs, planned.min_priority
FROM known
LEFT JOIN (
  SELECT label_set, queue, count(*)::integer AS jobs, min(priority) AS min_priority
  FROM first
  GROUP BY label_set, queue
) AS planned ON true
ORDER BY planned.min_priority DESC, planned.label_set
