-- Look at some logs, in the order of their ids, and tell which ended long ago. [LOG-7]
-- $1 id after which to look  $2 older_than_ms  $3 how many to look at
-- -> id, and whether it is old
SELECT log.id, coalesce(latest.stored_at < clock_timestamp() - $2::bigint * interval '1 ms', false) AS is_old
FROM (SELECT id FROM {{schema}}.log WHERE id > $1::bigint ORDER BY id LIMIT $3::integer) AS log
LEFT JOIN LATERAL (
  SELECT stored_at FROM {{schema}}.log_chunk WHERE log_chunk.log = log.id ORDER BY position DESC LIMIT 1
) AS latest ON true
ORDER BY log.id
