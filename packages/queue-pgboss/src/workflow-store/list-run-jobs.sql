-- List jobs of a run, in the order in which it was created with them. [WFS-8]
-- $1 run_id  $2 states, or null for all  $3 from which position on  $4 limit
-- -> position and job; one row of nulls for a run without such jobs, and no row for an unknown run
SELECT listed.position, listed.job
FROM {{schema}}.run
LEFT JOIN LATERAL (
  SELECT position, job FROM {{schema}}.run_job
  WHERE run_job.run = run.serial AND position >= $3::bigint AND ($2::text[] IS NULL OR state = ANY ($2::text[]))
  ORDER BY position
  LIMIT $4::integer
) AS listed ON true
WHERE run.run_id = $1::text
ORDER BY listed.position
