-- When a ticket was closed last, also one that was opened again since: nobody waits for an answer to what came before. Written by
-- `conversations` alone; a ticket that only a merge closed has none.
ALTER TABLE tickets ADD COLUMN settled_at INTEGER;
UPDATE tickets SET settled_at = closed_at WHERE closed_at IS NOT NULL AND reason IS DISTINCT FROM 'merged';

UPDATE conversations SET waiting_since =
  (SELECT min(m.sent_at) FROM messages m
   WHERE m.organization_id = conversations.organization_id AND m.contact_id = conversations.contact_id
     AND m.direction = 'inbound' AND m.type NOT IN ('reaction', 'system') AND m.sent_at >= conversations.waiting_since
     AND NOT EXISTS (SELECT 1 FROM tickets k WHERE k.organization_id = m.organization_id AND k.contact_id = m.contact_id
                       AND k.settled_at >= m.created_at
                       AND (k.id = m.ticket_id OR NOT EXISTS (SELECT 1 FROM tickets o WHERE o.organization_id = m.organization_id
                                                                AND o.id = m.ticket_id AND o.status = 'open'))))
WHERE waiting_since IS NOT NULL
  AND EXISTS (SELECT 1 FROM tickets t WHERE t.organization_id = conversations.organization_id
                AND t.contact_id = conversations.contact_id AND t.settled_at IS NOT NULL);

-- Who has waited longest comes first.
DROP INDEX conversations_waiting;
CREATE INDEX conversations_waiting ON conversations (organization_id, waiting_since, contact_id)
  WHERE waiting_since IS NOT NULL;

-- Who was erased: a receipt without anything of them, and how far it is.
CREATE TABLE erasures (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  id BLOB NOT NULL,
  customer_id BLOB NOT NULL,
  -- Whom the call named.
  contact_id BLOB NOT NULL,
  -- 'quotes', 'messages', 'structurings', 'events': what is being overwritten; and what was looked at there last.
  step TEXT NOT NULL,
  after TEXT,
  -- JSON list: what the person is told by where nothing names them. NULL once it is done.
  sought TEXT,
  -- JSON object: how many rows of which table.
  counts TEXT NOT NULL,
  actor TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX erasures_customer_identity_key ON erasures (organization_id, customer_id);
CREATE INDEX erasures_unfinished ON erasures (organization_id, id) WHERE finished_at IS NULL;

-- What a receiver answered may quote whom it was told of.
CREATE INDEX webhook_calls_event ON webhook_calls (organization_id, event_id) WHERE answer IS NOT NULL;

DELETE FROM sqlite_stat1 WHERE idx = 'conversations_waiting';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('conversations', 'conversations_waiting', '5000 2500 2 1'),
  ('erasures', 'erasures', '1000 500 1'),
  ('erasures', 'erasures_customer_identity_key', '1000 500 1'),
  ('erasures', 'erasures_unfinished', '10 5 1'),
  ('webhook_calls', 'webhook_calls_event', '1000000 500000 2');
ANALYZE sqlite_schema;
