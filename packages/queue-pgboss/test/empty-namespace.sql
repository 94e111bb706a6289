-- Delete all that a namespace stores, but not how it was migrated: much faster than to make another.
-- namespace  its name
DO $$
DECLARE
  stored text;
BEGIN
  -- In any order: whatever references what is gone is gone too.
  PERFORM set_config('session_replication_role', 'replica', true);
  FOR stored IN
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname IN ('{{namespace}}', '{{namespace}}_pgboss') AND tablename NOT IN ('version', 'migration', 'lease_key')
  LOOP
    EXECUTE 'DELETE FROM ' || stored;
  END LOOP;
END
$$
