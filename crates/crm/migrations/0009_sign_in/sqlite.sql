-- Members who sign in: sessions, second factors, invitations, and how a new database gets its first organization.

-- Who signs in says only an e-mail address.
CREATE INDEX members_sign_in ON members (email);

-- What a member wants for themselves.
CREATE TABLE member_preferences (
  organization_id BLOB NOT NULL,
  member_id BLOB NOT NULL,
  -- 'es', 'pt', 'en'; null: as the browser has it.
  locale TEXT,
  -- 'light', 'dark'; null: as the browser has it.
  theme TEXT,
  -- JSON.
  notifications TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, member_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  member_id BLOB NOT NULL,
  -- SHA-256 of what the cookie holds.
  token_hash BLOB NOT NULL,
  user_agent TEXT,
  address TEXT,
  created_at INTEGER NOT NULL,
  -- To the minute.
  last_used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_member ON sessions (organization_id, member_id, last_used_at);

-- One-time passwords (RFC 6238).
CREATE TABLE member_totp (
  organization_id BLOB NOT NULL,
  member_id BLOB NOT NULL,
  -- Sealed bytes.
  secret BLOB NOT NULL,
  -- Null: not confirmed by a first code, and not asked for.
  confirmed_at INTEGER,
  -- The last time step whose code was taken: none is taken twice.
  last_step INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, member_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
) STRICT, WITHOUT ROWID;

-- For who has lost what makes the codes; gone once used.
CREATE TABLE recovery_codes (
  organization_id BLOB NOT NULL,
  member_id BLOB NOT NULL,
  -- SHA-256 of 80 random bits, as text.
  code_hash BLOB NOT NULL,
  PRIMARY KEY (organization_id, member_id, code_hash),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
) STRICT, WITHOUT ROWID;

-- Gone once accepted or withdrawn.
CREATE TABLE invitations (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  id BLOB NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  name TEXT,
  -- SHA-256 of what the link holds.
  token_hash BLOB NOT NULL,
  -- Stored form of the actor: who may no longer take such a member on has invited nobody.
  invited_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX invitations_token ON invitations (token_hash);
CREATE UNIQUE INDEX invitations_email ON invitations (organization_id, email);

-- What opens the set-up page of a database without an organization; gone once there is one.
CREATE TABLE setup_tokens (
  token_hash BLOB NOT NULL PRIMARY KEY,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who changed what, newest first.
CREATE INDEX events_audit ON events (organization_id, sequence) WHERE topic = 'setup.changed';

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('members', 'members_sign_in', '200 2'),
  ('member_preferences', 'member_preferences', '200 100 1'),
  ('sessions', 'sessions', '1000 500 1'),
  ('sessions', 'sessions_token', '1000 1'),
  ('sessions', 'sessions_member', '1000 500 5 1'),
  ('member_totp', 'member_totp', '200 100 1'),
  ('recovery_codes', 'recovery_codes', '2000 1000 10 1'),
  ('invitations', 'invitations', '100 50 1'),
  ('invitations', 'invitations_token', '100 1'),
  ('invitations', 'invitations_email', '100 50 1'),
  ('events', 'events_audit', '10000 5000 1');
ANALYZE sqlite_schema;
