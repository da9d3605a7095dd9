-- Where events are sent to: endpoints, what waits for them, and what was tried.

CREATE TABLE webhooks (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  id UUID NOT NULL,
  url TEXT NOT NULL,
  description TEXT,
  -- JSON, names of topics; empty for all of them.
  topics TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  -- Why it is not active, where nobody said so: 'gone' (its receiver answered 410), 'failing' (for five days).
  disabled_reason TEXT,
  disabled_at BIGINT,
  -- Sealed bytes; the former one signs along until the time below.
  secret BYTEA NOT NULL,
  previous_secret BYTEA,
  previous_until BIGINT,
  -- Tries in a row that failed, and since when; while it is paused nothing is tried.
  failures BIGINT NOT NULL,
  failing_since BIGINT,
  paused_until BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT,
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX webhooks_active ON webhooks (organization_id, id) WHERE active AND deleted_at IS NULL;

-- What is sent of an event: made once, the same bytes to everybody on every try.
CREATE TABLE webhook_bodies (
  organization_id UUID NOT NULL,
  event_id UUID NOT NULL,
  topic TEXT NOT NULL,
  body TEXT NOT NULL,
  -- When it was last queued for somebody.
  queued_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, event_id)
);
CREATE INDEX webhook_bodies_age ON webhook_bodies (queued_at);

-- What waits: an event for an endpoint. Gone once it was delivered or given up.
CREATE TABLE webhook_deliveries (
  organization_id UUID NOT NULL,
  endpoint_id UUID NOT NULL,
  event_id UUID NOT NULL,
  -- Tries that failed.
  attempts BIGINT NOT NULL,
  -- When it is tried next; of one that is being tried, when it is taken for abandoned.
  due_at BIGINT NOT NULL,
  -- Whether it is being tried, and the how many-th time it was taken: an abandoned try that ends after all changes nothing.
  claimed BOOLEAN NOT NULL,
  claims BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, endpoint_id, event_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (organization_id, endpoint_id, due_at, event_id);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);

-- Every try.
CREATE TABLE webhook_calls (
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  endpoint_id UUID NOT NULL,
  event_id UUID NOT NULL,
  topic TEXT NOT NULL COLLATE "C",
  attempt BIGINT NOT NULL,
  -- 'delivered', 'retrying' or 'failed' (the last try, or a test).
  outcome TEXT NOT NULL COLLATE "C",
  -- Of HTTP.
  status BIGINT,
  -- Why there was no answer.
  error TEXT,
  -- Its beginning.
  answer TEXT,
  started_at BIGINT NOT NULL,
  duration_ms BIGINT NOT NULL,
  next_try_at BIGINT,
  PRIMARY KEY (organization_id, id)
);
CREATE INDEX webhook_calls_endpoint ON webhook_calls (organization_id, endpoint_id, id);
CREATE INDEX webhook_calls_age ON webhook_calls (started_at);

-- The relay goes on from here: what happened before there were webhooks is nobody's.
INSERT INTO event_cursors (name, sequence) SELECT 'webhooks', coalesce(max(sequence), 0) FROM events;
