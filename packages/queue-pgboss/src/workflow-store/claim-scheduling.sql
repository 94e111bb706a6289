-- Take the turn, or extend it. [WFS-9, WFS-10]
-- $1 owner  $2 ttl_ms
-- -> term, expires_at; no row while it is another's turn
INSERT INTO {{schema}}.scheduling AS current (owner, term, expires_at)
VALUES ($1::text, 1, clock_timestamp() + $2::bigint * interval '1 ms')
ON CONFLICT (id) DO UPDATE SET
  owner = EXCLUDED.owner,
  term = current.term + (current.owner <> EXCLUDED.owner)::integer,
  expires_at = clock_timestamp() + $2::bigint * interval '1 ms'
WHERE current.owner = EXCLUDED.owner OR current.expires_at <= clock_timestamp()
RETURNING term, floor(extract(epoch FROM expires_at) * 1000)::bigint AS expires_at
