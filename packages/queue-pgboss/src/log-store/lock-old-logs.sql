-- Lock those of some logs that nobody writes to. [LOG-7]
-- $1 ids
-- -> id
SELECT id FROM {{schema}}.log WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED
