-- Let one process at a time add label sets.
LOCK TABLE {{schema}}.label_set IN SHARE ROW EXCLUSIVE MODE
