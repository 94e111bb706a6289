-- $5 integer, $6 text  a label set and its queue
-- $7 integer           the lowest priority to take
SELECT $5::integer AS label_set, $6::text AS queue, $7::integer AS min_priority FROM known WHERE known.label_sets = $4
