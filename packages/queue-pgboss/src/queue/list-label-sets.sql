-- Read the label sets that were added after one.
-- $1 integer  the highest number that the caller knows
SELECT id, queue, labels FROM {{schema}}.label_set WHERE id > $1 ORDER BY id
