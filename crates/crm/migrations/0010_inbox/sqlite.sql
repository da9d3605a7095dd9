-- The inbox: what its list shows of each conversation, kept as it changes; drafts, canned replies, answers for the reports;
-- the words that contacts and messages are found by.

-- A contact with a message or an open ticket. Written by `conversations` alone, with the change that it follows from.
CREATE TABLE conversations (
  organization_id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  blocked INTEGER NOT NULL,
  -- Whether there is a message or a note.
  spoken INTEGER NOT NULL,
  -- Whether there is, or was, a tag.
  tagged INTEGER NOT NULL,
  -- How many agents there are.
  agents INTEGER NOT NULL,
  -- The open one.
  ticket_id BLOB,
  stage_id BLOB,
  -- The last message or note, or the opening of the ticket.
  last_activity_at INTEGER NOT NULL,
  -- The last that is neither a note nor a reaction.
  last_message_id BLOB,
  last_message_at INTEGER,
  -- The last outbound message that did not fail.
  answered_at INTEGER,
  -- The first inbound message after it.
  waiting_since INTEGER,
  -- Inbound messages that came after what was read last; and that, in the order in which messages came.
  unread INTEGER NOT NULL,
  read_at INTEGER,
  read_id BLOB,
  -- The ticket whose first answer is told of in `answers`.
  responded_ticket_id BLOB,
  PRIMARY KEY (organization_id, contact_id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversations_activity ON conversations (organization_id, last_activity_at, contact_id);
CREATE INDEX conversations_channel ON conversations (organization_id, channel_id, last_activity_at, contact_id);
CREATE INDEX conversations_stage ON conversations (organization_id, stage_id, last_activity_at, contact_id)
  WHERE stage_id IS NOT NULL;
CREATE INDEX conversations_unread ON conversations (organization_id, last_activity_at, contact_id) WHERE unread > 0;
CREATE INDEX conversations_waiting ON conversations (organization_id, last_activity_at, contact_id)
  WHERE waiting_since IS NOT NULL;
CREATE INDEX conversations_unassigned ON conversations (organization_id, last_activity_at, contact_id) WHERE agents = 0;
CREATE INDEX conversations_blocked ON conversations (organization_id, last_activity_at, contact_id) WHERE blocked;

-- Of the conversation, so that those of one agent or tag are read in order; null while there is none.
ALTER TABLE contact_agents ADD COLUMN activity_at INTEGER;
ALTER TABLE contact_tags ADD COLUMN activity_at INTEGER;
CREATE INDEX contact_agents_activity ON contact_agents (organization_id, member_id, activity_at, contact_id)
  WHERE activity_at IS NOT NULL;
CREATE INDEX contact_tags_activity ON contact_tags (organization_id, tag_id, activity_at, contact_id)
  WHERE activity_at IS NOT NULL;

-- What a member has written and not sent.
CREATE TABLE drafts (
  organization_id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  member_id BLOB NOT NULL,
  text TEXT NOT NULL,
  reply_to BLOB,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, contact_id, member_id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_member ON drafts (organization_id, member_id);

CREATE TABLE canned_replies (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  id BLOB NOT NULL,
  shortcut TEXT NOT NULL,
  -- The shortcut, lower case and without accents.
  shortcut_key TEXT NOT NULL,
  text TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX canned_replies_shortcut_key ON canned_replies (organization_id, shortcut_key);

-- Who waited how long: one row for each outbound message that ended a wait.
CREATE TABLE answers (
  organization_id BLOB NOT NULL,
  message_id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  ticket_id BLOB,
  stage_id BLOB,
  -- Stored form of the actor.
  actor TEXT NOT NULL,
  -- Whether it is the first one of its ticket; without a ticket, of its contact.
  first INTEGER NOT NULL,
  waited_since INTEGER NOT NULL,
  answered_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_answered ON answers (organization_id, answered_at);
CREATE INDEX answers_contact ON answers (organization_id, contact_id);

CREATE INDEX tickets_closed ON tickets (organization_id, closed_at) WHERE closed_at IS NOT NULL;

-- What can be found: numbered, because a full-text index knows its rows by number.
CREATE TABLE search_documents (
  number INTEGER NOT NULL PRIMARY KEY,
  organization_id BLOB NOT NULL,
  -- 'contact' or 'message'
  kind TEXT NOT NULL,
  id BLOB NOT NULL,
  -- Of its words, so that a change which leaves them as they are writes nothing.
  hash INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX search_documents_identity_key ON search_documents (organization_id, id);

-- What was there before there was a search: found by a chore, id after id.
CREATE TABLE search_backlog (
  organization_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  after BLOB,
  PRIMARY KEY (organization_id, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO search_backlog (organization_id, kind) SELECT organization_id, 'contact' FROM contacts GROUP BY organization_id;
INSERT INTO search_backlog (organization_id, kind) SELECT organization_id, 'message' FROM messages GROUP BY organization_id;

INSERT INTO conversations (organization_id, contact_id, channel_id, blocked, spoken, tagged, agents, ticket_id, stage_id,
                           last_activity_at, last_message_id, last_message_at, answered_at, unread)
SELECT c.organization_id, c.id, c.channel_id, c.blocked,
       EXISTS (SELECT 1 FROM messages m WHERE m.organization_id = c.organization_id AND m.contact_id = c.id),
       EXISTS (SELECT 1 FROM contact_tags g WHERE g.organization_id = c.organization_id AND g.contact_id = c.id),
       (SELECT count(*) FROM contact_agents a WHERE a.organization_id = c.organization_id AND a.contact_id = c.id),
       t.id, t.stage_id,
       max(
         coalesce((SELECT max(m.sent_at) FROM messages m WHERE m.organization_id = c.organization_id AND m.contact_id = c.id
                     AND m.type NOT IN ('reaction', 'system')), c.created_at),
         coalesce(t.created_at, 0)),
       (SELECT m.id FROM messages m WHERE m.organization_id = c.organization_id AND m.contact_id = c.id
          AND m.direction <> 'note' AND m.type NOT IN ('reaction', 'system')
        ORDER BY m.sent_at DESC, m.created_at DESC, m.id DESC LIMIT 1),
       (SELECT m.sent_at FROM messages m WHERE m.organization_id = c.organization_id AND m.contact_id = c.id
          AND m.direction <> 'note' AND m.type NOT IN ('reaction', 'system')
        ORDER BY m.sent_at DESC, m.created_at DESC, m.id DESC LIMIT 1),
       (SELECT max(m.sent_at) FROM messages m WHERE m.organization_id = c.organization_id AND m.contact_id = c.id
          AND m.direction = 'outbound' AND m.type <> 'reaction' AND m.status NOT IN ('failed', 'cancelled')),
       0
FROM contacts c
LEFT JOIN tickets t ON t.organization_id = c.organization_id AND t.contact_id = c.id AND t.status = 'open'
WHERE c.merged_into IS NULL
  AND (t.id IS NOT NULL
       OR EXISTS (SELECT 1 FROM messages m WHERE m.organization_id = c.organization_id AND m.contact_id = c.id));

UPDATE conversations SET waiting_since =
  (SELECT min(m.sent_at) FROM messages m
   WHERE m.organization_id = conversations.organization_id AND m.contact_id = conversations.contact_id
     AND m.direction = 'inbound' AND m.type <> 'system' AND m.sent_at > coalesce(conversations.answered_at, 0));
-- What was read is not known message by message: of those marked unread, what came after the last answer, one at least.
UPDATE conversations SET unread = max(1,
  (SELECT count(*) FROM messages m
   WHERE m.organization_id = conversations.organization_id AND m.contact_id = conversations.contact_id
     AND m.direction = 'inbound' AND m.type <> 'system' AND m.sent_at > coalesce(conversations.answered_at, 0)))
WHERE EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = conversations.organization_id
                AND c.id = conversations.contact_id AND NOT c.is_chat_read);
UPDATE contact_agents SET activity_at =
  (SELECT v.last_activity_at FROM conversations v
   WHERE v.organization_id = contact_agents.organization_id AND v.contact_id = contact_agents.contact_id);
UPDATE contact_tags SET activity_at =
  (SELECT v.last_activity_at FROM conversations v
   WHERE v.organization_id = contact_tags.organization_id AND v.contact_id = contact_tags.contact_id);

-- The words, each with a mark of its organization before it, so that no organization's words are among another's. Tokens are
-- made in Rust; `ascii` leaves them as they are. It keeps no text, only which word is in which row.
CREATE VIRTUAL TABLE search_words USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('conversations', 'conversations', '500000 250000 1'),
  ('conversations', 'conversations_activity', '500000 250000 2 1'),
  ('conversations', 'conversations_channel', '500000 250000 25000 2 1'),
  ('conversations', 'conversations_stage', '50000 25000 2500 2 1'),
  ('conversations', 'conversations_unread', '5000 2500 2 1'),
  ('conversations', 'conversations_waiting', '5000 2500 2 1'),
  ('conversations', 'conversations_unassigned', '50000 25000 2 1'),
  ('conversations', 'conversations_blocked', '1000 500 2 1'),
  ('contact_agents', 'contact_agents_activity', '500000 250000 12500 2 1'),
  ('contact_tags', 'contact_tags_activity', '1000000 500000 25000 2 1'),
  ('drafts', 'drafts', '10000 5000 2 1'),
  ('drafts', 'drafts_member', '10000 5000 100'),
  ('canned_replies', 'canned_replies', '1000 500 1'),
  ('canned_replies', 'canned_replies_shortcut_key', '1000 500 1'),
  ('answers', 'answers', '1000000 500000 1'),
  ('answers', 'answers_answered', '1000000 500000 2'),
  ('answers', 'answers_contact', '1000000 500000 5'),
  ('tickets', 'tickets_closed', '900000 450000 2'),
  ('search_documents', 'search_documents_identity_key', '6000000 3000000 1'),
  ('search_backlog', 'search_backlog', '4 2 1');
ANALYZE sqlite_schema;
