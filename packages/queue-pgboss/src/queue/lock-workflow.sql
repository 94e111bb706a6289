-- Wait for those who enqueue jobs of a workflow, and keep others from it until the transaction ends. [ENQ-3]
-- $1 text  the workflow
SELECT pg_advisory_xact_lock(hashtextextended($1, hashtext('{{schemaName}}')))
