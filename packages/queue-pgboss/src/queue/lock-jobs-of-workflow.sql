-- Keep unfinished jobs of a workflow from being settled or reaped until the transaction ends.
-- $1 text     the workflow
-- $2 bigint   the serial after which to look
-- $3 integer  jobs at the most
-- -> last            the highest serial that was looked at, null where there is none
--    queue, ids      of those that are unfinished; a row without them where none is
WITH found AS MATERIALIZED (
  SELECT id, serial FROM {{schema}}.job WHERE workflow_id = $1 AND state = 'open' AND serial > $2 ORDER BY serial LIMIT $3
),
held AS MATERIALIZED (
  SELECT id, label_set
  FROM {{schema}}.job
  WHERE id = ANY (ARRAY(SELECT id FROM found)) AND state = 'open'
  ORDER BY label_set, id
  FOR UPDATE
)
SELECT (SELECT max(serial) FROM found) AS last, by_queue.queue, by_queue.ids
FROM (SELECT) AS always
LEFT JOIN (
  SELECT label_set.queue, held.label_set, array_agg(held.id::text) AS ids
  FROM held JOIN {{schema}}.label_set ON label_set.id = held.label_set
  GROUP BY label_set.queue, held.label_set
) AS by_queue ON true
ORDER BY by_queue.label_set
