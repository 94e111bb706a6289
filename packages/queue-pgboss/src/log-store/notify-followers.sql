-- Tell those who follow logs that there is more.
-- $1 channel  $2 payload
SELECT pg_notify($1::text, $2::text)
