-- Members who sign in: sessions, second factors, invitations, and how a new database gets its first organization.

-- Who signs in says only an e-mail address.
CREATE INDEX members_sign_in ON members (email);

-- What a member wants for themselves.
CREATE TABLE member_preferences (
  organization_id UUID NOT NULL,
  member_id UUID NOT NULL,
  -- 'es', 'pt', 'en'; null: as the browser has it.
  locale TEXT,
  -- 'light', 'dark'; null: as the browser has it.
  theme TEXT,
  -- JSON.
  notifications TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, member_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
);

CREATE TABLE sessions (
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  member_id UUID NOT NULL,
  -- SHA-256 of what the cookie holds.
  token_hash BYTEA NOT NULL,
  user_agent TEXT,
  address TEXT,
  created_at BIGINT NOT NULL,
  -- To the minute.
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_member ON sessions (organization_id, member_id, last_used_at);

-- One-time passwords (RFC 6238).
CREATE TABLE member_totp (
  organization_id UUID NOT NULL,
  member_id UUID NOT NULL,
  -- Sealed bytes.
  secret BYTEA NOT NULL,
  -- Null: not confirmed by a first code, and not asked for.
  confirmed_at BIGINT,
  -- The last time step whose code was taken: none is taken twice.
  last_step BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, member_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
);

-- For who has lost what makes the codes; gone once used.
CREATE TABLE recovery_codes (
  organization_id UUID NOT NULL,
  member_id UUID NOT NULL,
  -- SHA-256 of 80 random bits, as text.
  code_hash BYTEA NOT NULL,
  PRIMARY KEY (organization_id, member_id, code_hash),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
);

-- Gone once accepted or withdrawn.
CREATE TABLE invitations (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  id UUID NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  name TEXT,
  -- SHA-256 of what the link holds.
  token_hash BYTEA NOT NULL,
  -- Stored form of the actor: who may no longer take such a member on has invited nobody.
  invited_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX invitations_token ON invitations (token_hash);
CREATE UNIQUE INDEX invitations_email ON invitations (organization_id, email);

-- What opens the set-up page of a database without an organization; gone once there is one.
CREATE TABLE setup_tokens (
  token_hash BYTEA NOT NULL PRIMARY KEY,
  created_at BIGINT NOT NULL
);

-- Who changed what, newest first.
CREATE INDEX events_audit ON events (organization_id, sequence) WHERE topic = 'setup.changed';
