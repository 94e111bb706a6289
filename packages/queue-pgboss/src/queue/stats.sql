-- Count all jobs by state and by label set. [INS-1]
-- -> state, labels, jobs
SELECT counted.state, label_set.labels, counted.jobs
FROM (
  SELECT
    CASE
      WHEN job.state <> 'open' THEN job.state
      WHEN lease.job IS NOT NULL THEN 'active'
      WHEN job.available_at > clock_timestamp() THEN 'delayed'
      ELSE 'waiting'
    END AS state,
    job.label_set, count(*) AS jobs
  FROM {{schema}}.job LEFT JOIN {{schema}}.lease ON lease.job = job.id
  GROUP BY 1, 2
) AS counted
JOIN {{schema}}.label_set ON label_set.id = counted.label_set
