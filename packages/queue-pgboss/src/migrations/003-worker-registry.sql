-- The workers, as they told of themselves. A heartbeat changes nothing that is in an index.
CREATE TABLE {{schema}}.worker (
  worker_id        text COLLATE "C" PRIMARY KEY,
  info             json NOT NULL,
  offline_after_ms bigint NOT NULL,
  registered_at    timestamptz NOT NULL,
  last_seen_at     timestamptz NOT NULL,
  running          json NOT NULL
) WITH (fillfactor = 50);
