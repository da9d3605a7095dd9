-- Everything is keyed by organization first, so that a sharding engine can split every table by organization unchanged.
-- Instants are microseconds since 1970 UTC; JSON is TEXT, read whole and changed in Rust; money is integer minor units
-- plus a currency. Text that is sorted or searched has a normalised column. Names that end in `_identity_key` mark what
-- two writers may claim at once: a violation is answered by running the closure again.

CREATE TABLE event_sequence_base (base BIGINT NOT NULL);
INSERT INTO event_sequence_base (base) VALUES (0);

CREATE TABLE organizations (
  id UUID NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  currency TEXT NOT NULL,
  language TEXT NOT NULL,
  -- Grows with every change of what `Setup` holds; a request that read an older one starts over with the new.
  revision BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE counters (
  organization_id UUID NOT NULL,
  name TEXT NOT NULL COLLATE "C",
  value BIGINT NOT NULL,
  PRIMARY KEY (organization_id, name)
);

CREATE TABLE members (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  id UUID NOT NULL,
  name TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT,
  role TEXT NOT NULL,
  availability TEXT NOT NULL,
  password_hash TEXT,
  active BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX members_email_key ON members (organization_id, email);

CREATE TABLE api_keys (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  id UUID NOT NULL,
  name TEXT NOT NULL,
  hash BYTEA NOT NULL,
  hint TEXT NOT NULL,
  scopes TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  revoked_at BIGINT,
  PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX api_keys_hash_key ON api_keys (hash);

CREATE TABLE pipelines (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  id UUID NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  position BIGINT NOT NULL,
  archived BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id)
);

CREATE TABLE stages (
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  pipeline_id UUID NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  outcome TEXT NOT NULL,
  position BIGINT NOT NULL,
  archived BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, pipeline_id) REFERENCES pipelines (organization_id, id)
);

CREATE TABLE channels (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  id UUID NOT NULL,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  phone TEXT,
  phone_number_id TEXT,
  -- The rest of what belongs to the type (waba_id, graph_base_url, allowed_origins), JSON.
  settings TEXT NOT NULL,
  -- Sealed JSON of access_token, app_secret, verify_token; NULL where the type has none.
  secrets BYTEA,
  -- 'first' (first stage of the first pipeline), 'none' (inbound opens no ticket) or 'stage' (default_stage_id).
  default_stage_rule TEXT NOT NULL,
  default_stage_id UUID,
  reopen_within_hours BIGINT NOT NULL,
  status TEXT NOT NULL,
  archived BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, default_stage_id) REFERENCES stages (organization_id, id)
);
CREATE UNIQUE INDEX channels_phone_key ON channels (organization_id, type, phone) WHERE phone IS NOT NULL AND NOT archived;
CREATE UNIQUE INDEX channels_phone_number_id_key ON channels (organization_id, phone_number_id)
  WHERE phone_number_id IS NOT NULL AND NOT archived;

CREATE TABLE tags (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  id BIGINT NOT NULL,
  value TEXT NOT NULL,
  value_key TEXT NOT NULL COLLATE "C",
  variant TEXT NOT NULL,
  entity_type TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX tags_value_identity_key ON tags (organization_id, entity_type, value_key);

CREATE TABLE custom_fields (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  id UUID NOT NULL,
  key TEXT NOT NULL COLLATE "C",
  name TEXT NOT NULL,
  entity TEXT NOT NULL,
  type TEXT NOT NULL,
  options TEXT NOT NULL,
  currency TEXT,
  description TEXT,
  required BOOLEAN NOT NULL,
  identifier BOOLEAN NOT NULL,
  position BIGINT NOT NULL,
  archived BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX custom_fields_key_key ON custom_fields (organization_id, entity, key) WHERE NOT archived;

CREATE TABLE customers (
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id)
);

-- What says that two contacts are one person: a phone, or a field whose definition is an identifier (kind `field:<key>`).
CREATE TABLE customer_identifiers (
  organization_id UUID NOT NULL,
  kind TEXT NOT NULL COLLATE "C",
  value TEXT NOT NULL COLLATE "C",
  customer_id UUID NOT NULL,
  actor TEXT NOT NULL,
  rule TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT customer_identifiers_identity_key PRIMARY KEY (organization_id, kind, value),
  FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX customer_identifiers_customer ON customer_identifiers (organization_id, customer_id);

CREATE TABLE contacts (
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  customer_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  name TEXT,
  -- Who said the name and the e-mail: 'explicit' (API), 'member', 'inferred', 'channel' (the person's own profile).
  name_source TEXT,
  phone TEXT COLLATE "C",
  email TEXT,
  email_source TEXT,
  external_user_id TEXT COLLATE "C",
  metadata TEXT NOT NULL,
  -- name, lower case and without accents
  name_key TEXT NOT NULL COLLATE "C",
  email_key TEXT NOT NULL COLLATE "C",
  -- Stage of the open ticket, else of the last one.
  stage_id UUID,
  chat_status TEXT NOT NULL,
  blocked BOOLEAN NOT NULL,
  is_chat_read BOOLEAN NOT NULL,
  last_message_at BIGINT,
  last_inbound_at BIGINT,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
);
CREATE INDEX contacts_customer ON contacts (organization_id, customer_id);
CREATE INDEX contacts_activity ON contacts (organization_id, (coalesce(last_message_at, created_at)), id);
CREATE INDEX contacts_last_message ON contacts (organization_id, (coalesce(last_message_at, -1)), id);
-- Substring search over phones and e-mails reads this index alone, never the rows.
CREATE INDEX contacts_search ON contacts (organization_id, phone, email_key);
CREATE INDEX contacts_stage ON contacts (organization_id, stage_id) WHERE stage_id IS NOT NULL;

-- How a channel knows a contact: phone (E.164 after folding), external_user_id.
CREATE TABLE contact_identifiers (
  organization_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  kind TEXT NOT NULL COLLATE "C",
  value TEXT NOT NULL COLLATE "C",
  contact_id UUID NOT NULL,
  actor TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT contact_identifiers_identity_key PRIMARY KEY (organization_id, channel_id, kind, value),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX contact_identifiers_contact ON contact_identifiers (organization_id, contact_id);
-- The same phone on any channel of the organization: C14, C20, C21, C32 and the search by a whole number.
CREATE INDEX contact_identifiers_value ON contact_identifiers (organization_id, kind, value);

-- An identifier that named a customer who is somebody else already: for a person to decide, never done by itself.
CREATE TABLE merge_proposals (
  organization_id UUID NOT NULL,
  contact_id UUID NOT NULL,
  kind TEXT NOT NULL COLLATE "C",
  value TEXT NOT NULL COLLATE "C",
  customer_id UUID NOT NULL,
  actor TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, contact_id, kind, value),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id)
);
CREATE INDEX merge_proposals_customer ON merge_proposals (organization_id, customer_id);

CREATE TABLE contact_agents (
  organization_id UUID NOT NULL,
  contact_id UUID NOT NULL,
  member_id UUID NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, contact_id, member_id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
);
CREATE INDEX contact_agents_member ON contact_agents (organization_id, member_id);

CREATE TABLE contact_tags (
  organization_id UUID NOT NULL,
  contact_id UUID NOT NULL,
  tag_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, contact_id, tag_id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, tag_id) REFERENCES tags (organization_id, id)
);
CREATE INDEX contact_tags_tag ON contact_tags (organization_id, tag_id);

-- Values of custom fields: of a customer or of a ticket (`entity_id`), as the field's entity says.
CREATE TABLE field_values (
  organization_id UUID NOT NULL,
  entity_id UUID NOT NULL,
  field_id UUID NOT NULL,
  -- Typed JSON, and the same as text for filters.
  value TEXT NOT NULL,
  value_key TEXT NOT NULL COLLATE "C",
  -- 'explicit' (API), 'member', 'inferred'.
  source TEXT NOT NULL,
  -- Where it was read, if structuring read it.
  structuring_id UUID,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, entity_id, field_id),
  FOREIGN KEY (organization_id, field_id) REFERENCES custom_fields (organization_id, id)
);
CREATE INDEX field_values_value ON field_values (organization_id, field_id, value_key);

-- What one request's structuring wrote into a contact and its customer: the provenance of every value, and what was there
-- before, for undo. `placements` is JSON.
CREATE TABLE structurings (
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  contact_id UUID NOT NULL,
  request_id TEXT NOT NULL COLLATE "C",
  actor TEXT NOT NULL,
  source TEXT NOT NULL,
  engine TEXT NOT NULL,
  placements TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id)
);
CREATE INDEX structurings_contact ON structurings (organization_id, contact_id, id);
CREATE INDEX structurings_request ON structurings (organization_id, request_id);

-- Values that a person should look at: not sure enough, or against what is known.
CREATE TABLE reviews (
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  contact_id UUID NOT NULL,
  structuring_id UUID,
  -- 'phone', 'email', 'name' or 'field'; the field's key with the last, else ''.
  target TEXT NOT NULL COLLATE "C",
  field_key TEXT NOT NULL COLLATE "C",
  value TEXT NOT NULL,
  -- The value, or where it is long its beginning and a hash: what the index below can hold.
  value_key TEXT NOT NULL COLLATE "C",
  -- Where it was read, for the rule that a decision makes: the source and the JSON pointers.
  source TEXT NOT NULL,
  pointers TEXT NOT NULL,
  confidence DOUBLE PRECISION NOT NULL,
  method TEXT NOT NULL,
  reason TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  decided_at BIGINT,
  decided_by TEXT,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id)
);
CREATE UNIQUE INDEX reviews_pending_identity_key ON reviews (organization_id, contact_id, target, field_key, value_key)
  WHERE status = 'pending';
CREATE INDEX reviews_contact ON reviews (organization_id, contact_id);
CREATE INDEX reviews_queue ON reviews (organization_id, status, id);

CREATE TABLE tickets (
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  contact_id UUID NOT NULL,
  pipeline_id UUID NOT NULL,
  stage_id UUID NOT NULL,
  status TEXT NOT NULL,
  outcome TEXT,
  reason TEXT,
  agent_id UUID,
  amount BIGINT,
  currency TEXT,
  metadata TEXT NOT NULL,
  integration_data TEXT,
  stage_since BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  closed_at BIGINT,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, pipeline_id) REFERENCES pipelines (organization_id, id),
  FOREIGN KEY (organization_id, stage_id) REFERENCES stages (organization_id, id),
  FOREIGN KEY (organization_id, agent_id) REFERENCES members (organization_id, id)
);
CREATE UNIQUE INDEX tickets_open_identity_key ON tickets (organization_id, contact_id) WHERE status = 'open';
CREATE INDEX tickets_contact ON tickets (organization_id, contact_id, id);
CREATE INDEX tickets_stage ON tickets (organization_id, stage_id, status, id);
CREATE INDEX tickets_pipeline ON tickets (organization_id, pipeline_id, id);
CREATE INDEX tickets_agent ON tickets (organization_id, agent_id) WHERE agent_id IS NOT NULL;

CREATE TABLE ticket_tags (
  organization_id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  tag_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, ticket_id, tag_id),
  FOREIGN KEY (organization_id, ticket_id) REFERENCES tickets (organization_id, id),
  FOREIGN KEY (organization_id, tag_id) REFERENCES tags (organization_id, id)
);
CREATE INDEX ticket_tags_tag ON ticket_tags (organization_id, tag_id);

-- Inbound, outbound and internal notes. An outbound row with status 'queued' is the queue itself.
CREATE TABLE messages (
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  contact_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  ticket_id UUID,
  direction TEXT NOT NULL,
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  -- JSON: template, variables, attachments and whatever belongs to the type.
  payload TEXT,
  status TEXT NOT NULL,
  actor TEXT NOT NULL,
  -- What the message is ordered by: provider time inbound, queue time outbound.
  sent_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
);
CREATE INDEX messages_contact ON messages (organization_id, contact_id, sent_at, created_at, id);
CREATE INDEX messages_queue ON messages (organization_id, channel_id, sent_at, id) WHERE status = 'queued';

CREATE TABLE events (
  sequence BIGINT NOT NULL PRIMARY KEY,
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  topic TEXT NOT NULL COLLATE "C",
  occurred_at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  contact_id UUID,
  ticket_id UUID,
  subject TEXT NOT NULL,
  data TEXT NOT NULL,
  previous TEXT,
  request_id TEXT NOT NULL
);
CREATE INDEX events_organization ON events (organization_id, sequence);
CREATE INDEX events_contact ON events (organization_id, contact_id, sequence) WHERE contact_id IS NOT NULL;

CREATE TABLE idempotency (
  organization_id UUID NOT NULL,
  actor TEXT NOT NULL COLLATE "C",
  operation TEXT NOT NULL COLLATE "C",
  key TEXT NOT NULL COLLATE "C",
  request_hash BYTEA NOT NULL,
  status BIGINT NOT NULL,
  -- The answer's body; sealed where it carries a secret.
  body BYTEA NOT NULL,
  -- The answer's ETag, if it had one.
  etag TEXT,
  sealed BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT idempotency_identity_key PRIMARY KEY (organization_id, actor, operation, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);
