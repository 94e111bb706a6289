-- What the queue knows of a job beyond pg-boss, which keeps what is to run and in which order.
-- Each function that changes a job locks its row in "job" first, in the order of (label_set, id).

CREATE TABLE {{schema}}.lease_key (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  secret   text NOT NULL
);
INSERT INTO {{schema}}.lease_key (secret)
VALUES (gen_random_uuid()::text || gen_random_uuid()::text);

-- The queues of pg-boss, one for each set of labels that jobs require. Numbered without gaps, so that the highest tells what is new.
CREATE TABLE {{schema}}.label_set (
  id     integer PRIMARY KEY,
  queue  text NOT NULL UNIQUE,
  labels text[] NOT NULL
);

CREATE TABLE {{schema}}.cancelled_workflow (
  workflow_id  text COLLATE "C" PRIMARY KEY,
  cancelled_at timestamptz NOT NULL
);
CREATE INDEX cancelled_workflow_by_age ON {{schema}}.cancelled_workflow (cancelled_at);

CREATE SEQUENCE {{schema}}.job_serial AS bigint;

CREATE TABLE {{schema}}.job (
  id               uuid NOT NULL,
  serial           bigint NOT NULL,
  label_set        integer NOT NULL,
  workflow_id      text COLLATE "C" NOT NULL,
  job_id           text COLLATE "C" NOT NULL,
  priority         smallint NOT NULL,
  attempt          smallint NOT NULL DEFAULT 0,
  max_retries      smallint NOT NULL,
  backoff          jsonb,
  state            text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'completed', 'failed', 'cancelled')),
  enqueued_at      timestamptz NOT NULL,
  available_at     timestamptz NOT NULL,
  started_at       timestamptz,
  finished_at      timestamptz,
  -- The lease that a call of its worker ended last, by which call, and for a failure when the job is tried again.
  settled_lease    text,
  settled_by       text,
  settled_retry_at timestamptz,
  failure          jsonb,
  outputs          jsonb,
  CONSTRAINT job_pkey PRIMARY KEY (id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
-- What changes in the life of a job is in no index, so that changing it writes the row alone, within its page.
CREATE INDEX job_by_workflow ON {{schema}}.job (workflow_id, serial);

-- The leases that live or have run out. check_at is when a reaper looks at it next: at its expiry or before, so that a renewal leaves the
-- index alone.
CREATE TABLE {{schema}}.lease (
  job        uuid NOT NULL,
  label_set  integer NOT NULL,
  nonce      text NOT NULL,
  worker_id  text NOT NULL,
  attempt    smallint NOT NULL,
  ttl_ms     integer NOT NULL,
  claimed_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  check_at   timestamptz NOT NULL,
  CONSTRAINT lease_pkey PRIMARY KEY (job)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
CREATE INDEX lease_by_check ON {{schema}}.lease (check_at);

-- Milliseconds since the epoch.
CREATE FUNCTION {{schema}}.epoch_ms(moment timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT (extract(epoch FROM moment) * 1000)::bigint $$;

-- Now, to the millisecond, by the clock on the wall: the time at which a transaction began may be long past.
CREATE FUNCTION {{schema}}.now_ms() RETURNS timestamptz
LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$ SELECT date_trunc('milliseconds', clock_timestamp()) $$;

-- Tell the subscribers of events, each a JSON text, in as few notifications as their limit of 8,000 bytes allows.
CREATE FUNCTION {{schema}}.tell(events text[]) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
AS $$
DECLARE
  event   text;
  payload text := '';
BEGIN
  FOREACH event IN ARRAY events LOOP
    IF payload <> '' AND octet_length(payload) + octet_length(event) > 7900 THEN
      PERFORM pg_notify('{{schemaName}}_queue', '[' || payload || ']');
      payload := '';
    END IF;
    payload := CASE payload WHEN '' THEN event ELSE payload || ',' || event END;
  END LOOP;
  IF payload <> '' THEN
    PERFORM pg_notify('{{schemaName}}_queue', '[' || payload || ']');
  END IF;
END
$$;
