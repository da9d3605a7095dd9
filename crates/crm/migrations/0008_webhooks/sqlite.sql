-- Where events are sent to: endpoints, what waits for them, and what was tried.

CREATE TABLE webhooks (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  id BLOB NOT NULL,
  url TEXT NOT NULL,
  description TEXT,
  -- JSON, names of topics; empty for all of them.
  topics TEXT NOT NULL,
  active INTEGER NOT NULL,
  -- Why it is not active, where nobody said so: 'gone' (its receiver answered 410), 'failing' (for five days).
  disabled_reason TEXT,
  disabled_at INTEGER,
  -- Sealed bytes; the former one signs along until the time below.
  secret BLOB NOT NULL,
  previous_secret BLOB,
  previous_until INTEGER,
  -- Tries in a row that failed, and since when; while it is paused nothing is tried.
  failures INTEGER NOT NULL,
  failing_since INTEGER,
  paused_until INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhooks_active ON webhooks (organization_id, id) WHERE active AND deleted_at IS NULL;

-- What is sent of an event: made once, the same bytes to everybody on every try.
CREATE TABLE webhook_bodies (
  organization_id BLOB NOT NULL,
  event_id BLOB NOT NULL,
  topic TEXT NOT NULL,
  body TEXT NOT NULL,
  -- When it was last queued for somebody.
  queued_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, event_id)
) STRICT;
CREATE INDEX webhook_bodies_age ON webhook_bodies (queued_at);

-- What waits: an event for an endpoint. Gone once it was delivered or given up.
CREATE TABLE webhook_deliveries (
  organization_id BLOB NOT NULL,
  endpoint_id BLOB NOT NULL,
  event_id BLOB NOT NULL,
  -- Tries that failed.
  attempts INTEGER NOT NULL,
  -- When it is tried next; of one that is being tried, when it is taken for abandoned.
  due_at INTEGER NOT NULL,
  -- Whether it is being tried, and the how many-th time it was taken: an abandoned try that ends after all changes nothing.
  claimed INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, endpoint_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (organization_id, endpoint_id, due_at, event_id);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);

-- Every try.
CREATE TABLE webhook_calls (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  endpoint_id BLOB NOT NULL,
  event_id BLOB NOT NULL,
  topic TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  -- 'delivered', 'retrying' or 'failed' (the last try, or a test).
  outcome TEXT NOT NULL,
  -- Of HTTP.
  status INTEGER,
  -- Why there was no answer.
  error TEXT,
  -- Its beginning.
  answer TEXT,
  started_at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  next_try_at INTEGER,
  PRIMARY KEY (organization_id, id)
) STRICT;
CREATE INDEX webhook_calls_endpoint ON webhook_calls (organization_id, endpoint_id, id);
CREATE INDEX webhook_calls_age ON webhook_calls (started_at);

-- The relay goes on from here: what happened before there were webhooks is nobody's.
INSERT INTO event_cursors (name, sequence) SELECT 'webhooks', coalesce(max(sequence), 0) FROM events;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('webhooks', 'webhooks', '100 50 1'),
  ('webhooks', 'webhooks_active', '100 50 1'),
  ('webhook_bodies', 'sqlite_autoindex_webhook_bodies_1', '1000000 500000 1'),
  ('webhook_bodies', 'webhook_bodies_age', '1000000 2'),
  ('webhook_deliveries', 'webhook_deliveries', '100000 50000 1000 1'),
  ('webhook_deliveries', 'webhook_deliveries_due', '100000 50000 1000 2 1'),
  ('webhook_deliveries', 'webhook_deliveries_age', '100000 2'),
  ('webhook_calls', 'sqlite_autoindex_webhook_calls_1', '1000000 500000 1'),
  ('webhook_calls', 'webhook_calls_endpoint', '1000000 500000 10000 1'),
  ('webhook_calls', 'webhook_calls_age', '1000000 2');
ANALYZE sqlite_schema;
