-- $1 schemas
-- -> name of each of their tables, quoted
SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = ANY ($1::text[])
