-- Everything is keyed by organization first, so that a sharding engine can split every table by organization unchanged.
-- Instants are microseconds since 1970 UTC; JSON is TEXT, read whole and changed in Rust; money is integer minor units
-- plus a currency. Text that is sorted or searched has a normalised column. Names that end in `_identity_key` mark what
-- two writers may claim at once: a violation is answered by running the closure again.

CREATE TABLE organizations (
  id BLOB NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  currency TEXT NOT NULL,
  language TEXT NOT NULL,
  -- Grows with every change of what `Setup` holds; a request that read an older one starts over with the new.
  revision INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
  organization_id BLOB NOT NULL,
  name TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (organization_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT,
  role TEXT NOT NULL,
  availability TEXT NOT NULL,
  password_hash TEXT,
  active INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX members_email_key ON members (organization_id, email);

CREATE TABLE api_keys (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  hash BLOB NOT NULL,
  hint TEXT NOT NULL,
  scopes TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX api_keys_hash_key ON api_keys (hash);

CREATE TABLE pipelines (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  position INTEGER NOT NULL,
  archived INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE stages (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  pipeline_id BLOB NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  outcome TEXT NOT NULL,
  position INTEGER NOT NULL,
  archived INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, pipeline_id) REFERENCES pipelines (organization_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE channels (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  id BLOB NOT NULL,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  phone TEXT,
  phone_number_id TEXT,
  -- The rest of what belongs to the type (waba_id, graph_base_url, allowed_origins), JSON.
  settings TEXT NOT NULL,
  -- Sealed JSON of access_token, app_secret, verify_token; NULL where the type has none.
  secrets BLOB,
  -- 'first' (first stage of the first pipeline), 'none' (inbound opens no ticket) or 'stage' (default_stage_id).
  default_stage_rule TEXT NOT NULL,
  default_stage_id BLOB,
  reopen_within_hours INTEGER NOT NULL,
  status TEXT NOT NULL,
  archived INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, default_stage_id) REFERENCES stages (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX channels_phone_key ON channels (organization_id, type, phone) WHERE phone IS NOT NULL AND NOT archived;
CREATE UNIQUE INDEX channels_phone_number_id_key ON channels (organization_id, phone_number_id)
  WHERE phone_number_id IS NOT NULL AND NOT archived;

CREATE TABLE tags (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  id INTEGER NOT NULL,
  value TEXT NOT NULL,
  value_key TEXT NOT NULL,
  variant TEXT NOT NULL,
  entity_type TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tags_value_identity_key ON tags (organization_id, entity_type, value_key);

CREATE TABLE custom_fields (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  id BLOB NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  entity TEXT NOT NULL,
  type TEXT NOT NULL,
  options TEXT NOT NULL,
  currency TEXT,
  description TEXT,
  required INTEGER NOT NULL,
  identifier INTEGER NOT NULL,
  position INTEGER NOT NULL,
  archived INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX custom_fields_key_key ON custom_fields (organization_id, entity, key) WHERE NOT archived;

CREATE TABLE customers (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;

-- What says that two contacts are one person: a phone, or a field whose definition is an identifier (kind `field:<key>`).
CREATE TABLE customer_identifiers (
  organization_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  customer_id BLOB NOT NULL,
  actor TEXT NOT NULL,
  rule TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  CONSTRAINT customer_identifiers_identity_key PRIMARY KEY (organization_id, kind, value),
  FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_identifiers_customer ON customer_identifiers (organization_id, customer_id);

CREATE TABLE contacts (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  customer_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  name TEXT,
  -- Who said the name and the e-mail: 'explicit' (API), 'member', 'inferred', 'channel' (the person's own profile).
  name_source TEXT,
  phone TEXT,
  email TEXT,
  email_source TEXT,
  external_user_id TEXT,
  metadata TEXT NOT NULL,
  -- name, lower case and without accents
  name_key TEXT NOT NULL,
  email_key TEXT NOT NULL,
  -- Stage of the open ticket, else of the last one.
  stage_id BLOB,
  chat_status TEXT NOT NULL,
  blocked INTEGER NOT NULL,
  is_chat_read INTEGER NOT NULL,
  last_message_at INTEGER,
  last_inbound_at INTEGER,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
) STRICT;
CREATE INDEX contacts_customer ON contacts (organization_id, customer_id);
CREATE INDEX contacts_activity ON contacts (organization_id, (coalesce(last_message_at, created_at)), id);
CREATE INDEX contacts_last_message ON contacts (organization_id, (coalesce(last_message_at, -1)), id);
-- Substring search over phones and e-mails reads this index alone, never the rows.
CREATE INDEX contacts_search ON contacts (organization_id, phone, email_key);
CREATE INDEX contacts_stage ON contacts (organization_id, stage_id) WHERE stage_id IS NOT NULL;

-- How a channel knows a contact: phone (E.164 after folding), external_user_id.
CREATE TABLE contact_identifiers (
  organization_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  contact_id BLOB NOT NULL,
  actor TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  CONSTRAINT contact_identifiers_identity_key PRIMARY KEY (organization_id, channel_id, kind, value),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_identifiers_contact ON contact_identifiers (organization_id, contact_id);
-- The same phone on any channel of the organization: C14, C20, C21, C32 and the search by a whole number.
CREATE INDEX contact_identifiers_value ON contact_identifiers (organization_id, kind, value);

-- An identifier that named a customer who is somebody else already: for a person to decide, never done by itself.
CREATE TABLE merge_proposals (
  organization_id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  customer_id BLOB NOT NULL,
  actor TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, contact_id, kind, value),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX merge_proposals_customer ON merge_proposals (organization_id, customer_id);

CREATE TABLE contact_agents (
  organization_id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  member_id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, contact_id, member_id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_agents_member ON contact_agents (organization_id, member_id);

CREATE TABLE contact_tags (
  organization_id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  tag_id INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, contact_id, tag_id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, tag_id) REFERENCES tags (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_tags_tag ON contact_tags (organization_id, tag_id);

-- Values of custom fields: of a customer or of a ticket (`entity_id`), as the field's entity says.
CREATE TABLE field_values (
  organization_id BLOB NOT NULL,
  entity_id BLOB NOT NULL,
  field_id BLOB NOT NULL,
  -- Typed JSON, and the same as text for filters.
  value TEXT NOT NULL,
  value_key TEXT NOT NULL,
  -- 'explicit' (API), 'member', 'inferred'.
  source TEXT NOT NULL,
  -- Where it was read, if structuring read it.
  structuring_id BLOB,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, entity_id, field_id),
  FOREIGN KEY (organization_id, field_id) REFERENCES custom_fields (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX field_values_value ON field_values (organization_id, field_id, value_key);

-- What one request's structuring wrote into a contact and its customer: the provenance of every value, and what was there
-- before, for undo. `placements` is JSON.
CREATE TABLE structurings (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  request_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  source TEXT NOT NULL,
  engine TEXT NOT NULL,
  placements TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id)
) STRICT;
CREATE INDEX structurings_contact ON structurings (organization_id, contact_id, id);
CREATE INDEX structurings_request ON structurings (organization_id, request_id);

-- Values that a person should look at: not sure enough, or against what is known.
CREATE TABLE reviews (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  structuring_id BLOB,
  -- 'phone', 'email', 'name' or 'field'; the field's key with the last, else ''.
  target TEXT NOT NULL,
  field_key TEXT NOT NULL,
  value TEXT NOT NULL,
  -- The value, or where it is long its beginning and a hash: what the index below can hold.
  value_key TEXT NOT NULL,
  -- Where it was read, for the rule that a decision makes: the source and the JSON pointers.
  source TEXT NOT NULL,
  pointers TEXT NOT NULL,
  confidence REAL NOT NULL,
  method TEXT NOT NULL,
  reason TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  decided_at INTEGER,
  decided_by TEXT,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id)
) STRICT;
CREATE UNIQUE INDEX reviews_pending_identity_key ON reviews (organization_id, contact_id, target, field_key, value_key)
  WHERE status = 'pending';
CREATE INDEX reviews_contact ON reviews (organization_id, contact_id);
CREATE INDEX reviews_queue ON reviews (organization_id, status, id);

CREATE TABLE tickets (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  pipeline_id BLOB NOT NULL,
  stage_id BLOB NOT NULL,
  status TEXT NOT NULL,
  outcome TEXT,
  reason TEXT,
  agent_id BLOB,
  amount INTEGER,
  currency TEXT,
  metadata TEXT NOT NULL,
  integration_data TEXT,
  stage_since INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  closed_at INTEGER,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, pipeline_id) REFERENCES pipelines (organization_id, id),
  FOREIGN KEY (organization_id, stage_id) REFERENCES stages (organization_id, id),
  FOREIGN KEY (organization_id, agent_id) REFERENCES members (organization_id, id)
) STRICT;
CREATE UNIQUE INDEX tickets_open_identity_key ON tickets (organization_id, contact_id) WHERE status = 'open';
CREATE INDEX tickets_contact ON tickets (organization_id, contact_id, id);
CREATE INDEX tickets_stage ON tickets (organization_id, stage_id, status, id);
CREATE INDEX tickets_pipeline ON tickets (organization_id, pipeline_id, id);
CREATE INDEX tickets_agent ON tickets (organization_id, agent_id) WHERE agent_id IS NOT NULL;

CREATE TABLE ticket_tags (
  organization_id BLOB NOT NULL,
  ticket_id BLOB NOT NULL,
  tag_id INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, ticket_id, tag_id),
  FOREIGN KEY (organization_id, ticket_id) REFERENCES tickets (organization_id, id),
  FOREIGN KEY (organization_id, tag_id) REFERENCES tags (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_tags_tag ON ticket_tags (organization_id, tag_id);

-- Inbound, outbound and internal notes. An outbound row with status 'queued' is the queue itself.
CREATE TABLE messages (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  ticket_id BLOB,
  direction TEXT NOT NULL,
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  -- JSON: template, variables, attachments and whatever belongs to the type.
  payload TEXT,
  status TEXT NOT NULL,
  actor TEXT NOT NULL,
  -- What the message is ordered by: provider time inbound, queue time outbound.
  sent_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
) STRICT;
CREATE INDEX messages_contact ON messages (organization_id, contact_id, sent_at, created_at, id);
CREATE INDEX messages_queue ON messages (organization_id, channel_id, sent_at, id) WHERE status = 'queued';

CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  topic TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  contact_id BLOB,
  ticket_id BLOB,
  subject TEXT NOT NULL,
  data TEXT NOT NULL,
  previous TEXT,
  request_id TEXT NOT NULL
) STRICT;
CREATE INDEX events_organization ON events (organization_id, sequence);
CREATE INDEX events_contact ON events (organization_id, contact_id, sequence) WHERE contact_id IS NOT NULL;

CREATE TABLE idempotency (
  organization_id BLOB NOT NULL,
  actor TEXT NOT NULL,
  operation TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  status INTEGER NOT NULL,
  -- The answer's body; sealed where it carries a secret.
  body BLOB NOT NULL,
  -- The answer's ETag, if it had one.
  etag TEXT,
  sealed INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  CONSTRAINT idempotency_identity_key PRIMARY KEY (organization_id, actor, operation, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (created_at);

-- What the planner may assume. Without statistics it takes ten rows for a match of any index's first column, which is the
-- organization's id everywhere and matches nearly all: it would then read whole tables where a narrower index stands ready.
ANALYZE;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('organizations', 'organizations', '20 1'),
  ('counters', 'counters', '40 20 1'),
  ('members', 'members', '200 100 1'),
  ('members', 'members_email_key', '200 100 1'),
  ('api_keys', 'api_keys', '100 50 1'),
  ('api_keys', 'api_keys_hash_key', '100 1'),
  ('pipelines', 'pipelines', '50 25 1'),
  ('stages', 'stages', '300 150 1'),
  ('channels', 'channels', '100 50 1'),
  ('channels', 'channels_phone_key', '10 5 1 1'),
  ('channels', 'channels_phone_number_id_key', '10 5 1'),
  ('tags', 'tags', '500 250 1'),
  ('tags', 'tags_value_identity_key', '500 250 125 1'),
  ('custom_fields', 'custom_fields', '500 250 1'),
  ('custom_fields', 'custom_fields_key_key', '25 12 6 1'),
  ('customers', 'customers', '1000000 500000 1'),
  ('customer_identifiers', 'customer_identifiers', '1000000 500000 250000 1'),
  ('customer_identifiers', 'customer_identifiers_customer', '1000000 500000 5'),
  ('contacts', 'sqlite_autoindex_contacts_1', '1000000 500000 1'),
  ('contacts', 'contacts_customer', '1000000 500000 5'),
  ('contacts', 'contacts_activity', '1000000 500000 2 2'),
  ('contacts', 'contacts_last_message', '1000000 500000 1000 2'),
  ('contacts', 'contacts_search', '1000000 500000 2 2'),
  ('contacts', 'contacts_stage', '1000000 500000 25000'),
  ('contact_identifiers', 'contact_identifiers', '1000000 500000 25000 12500 1'),
  ('contact_identifiers', 'contact_identifiers_contact', '1000000 500000 5'),
  ('contact_identifiers', 'contact_identifiers_value', '1000000 500000 250000 2'),
  ('merge_proposals', 'merge_proposals', '1000 500 5 2 1'),
  ('merge_proposals', 'merge_proposals_customer', '1000 500 5'),
  ('contact_agents', 'contact_agents', '1000000 500000 5 1'),
  ('contact_agents', 'contact_agents_member', '1000000 500000 25000'),
  ('contact_tags', 'contact_tags', '2000000 1000000 5 1'),
  ('contact_tags', 'contact_tags_tag', '2000000 1000000 50000'),
  ('field_values', 'field_values', '5000000 2500000 5 1'),
  ('field_values', 'field_values_value', '5000000 2500000 125000 2'),
  ('structurings', 'sqlite_autoindex_structurings_1', '1000000 500000 1'),
  ('structurings', 'structurings_contact', '1000000 500000 5 2'),
  ('structurings', 'structurings_request', '1000000 500000 2'),
  ('reviews', 'sqlite_autoindex_reviews_1', '100000 50000 1'),
  ('reviews', 'reviews_pending_identity_key', '5000 2500 5 2 1 1'),
  ('reviews', 'reviews_contact', '100000 50000 5'),
  ('reviews', 'reviews_queue', '100000 50000 16666 2'),
  ('tickets', 'sqlite_autoindex_tickets_1', '1000000 500000 1'),
  ('tickets', 'tickets_open_identity_key', '50000 25000 1'),
  ('tickets', 'tickets_contact', '1000000 500000 5 2'),
  ('tickets', 'tickets_stage', '1000000 500000 25000 8333 2'),
  ('tickets', 'tickets_pipeline', '1000000 500000 50000 2'),
  ('tickets', 'tickets_agent', '50000 25000 1250'),
  ('ticket_tags', 'ticket_tags', '1000000 500000 5 1'),
  ('ticket_tags', 'ticket_tags_tag', '1000000 500000 25000'),
  ('messages', 'sqlite_autoindex_messages_1', '5000000 2500000 1'),
  ('messages', 'messages_contact', '5000000 2500000 20 2 2 2'),
  ('messages', 'messages_queue', '250000 125000 6250 2 2'),
  ('events', 'events_organization', '5000000 2500000 2'),
  ('events', 'events_contact', '5000000 2500000 20 2'),
  ('idempotency', 'idempotency', '100000 50000 10000 2000 1'),
  ('idempotency', 'idempotency_age', '100000 2');
ANALYZE sqlite_schema;
