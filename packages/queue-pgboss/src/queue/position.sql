-- Count the waiting jobs of the same queue that are claimed before a job. [INS-2]
-- $1 uuid  the job
-- -> before  no row where it does not wait
WITH mine AS MATERIALIZED (
  SELECT boss.name, boss.priority, boss.created_on, boss.start_after
  FROM {{schema}}.job
  JOIN {{schema}}.label_set ON label_set.id = job.label_set
  JOIN {{boss}}.job AS boss ON boss.name = label_set.queue AND boss.id = job.id
  WHERE job.id = $1 AND boss.state < 'active' AND NOT boss.blocked AND boss.start_after <= now()
)
SELECT
  (
    SELECT count(*)
    FROM {{boss}}.job AS other
    WHERE other.name = mine.name AND other.state < 'active' AND NOT other.blocked AND other.start_after <= now()
      AND other.priority > mine.priority
  ) + (
    SELECT count(*)
    FROM {{boss}}.job AS other
    WHERE other.name = mine.name AND other.state < 'active' AND NOT other.blocked AND other.start_after <= now()
      AND other.priority = mine.priority AND (other.created_on, other.start_after) < (mine.created_on, mine.start_after)
  ) AS before
FROM mine
