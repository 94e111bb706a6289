-- Number a label set, whichever of many processes comes first.
-- $1 text    its queue
-- $2 text[]  its labels
INSERT INTO {{schema}}.label_set (id, queue, labels)
SELECT coalesce(max(id), 0) + 1, $1, $2 FROM {{schema}}.label_set
ON CONFLICT (queue) DO NOTHING
