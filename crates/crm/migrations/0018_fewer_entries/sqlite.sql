-- Two entries of indexes less for each message, which were written far more often than they were looked for: the messages of a
-- ticket are found by its contact's; a ticket's history reads them from their own table, so that the events which tell of them need
-- no entry there, and the log of one ticket is found by walking the log's index, which has it.
DROP INDEX messages_ticket;
DROP INDEX messages_contact;
CREATE INDEX messages_contact ON messages (organization_id, contact_id, sent_at, created_at, id, ticket_id);
DROP INDEX events_organization;
CREATE INDEX events_organization ON events (organization_id, sequence, topic, ticket_id);
DROP INDEX events_ticket;
CREATE INDEX events_ticket ON events (organization_id, ticket_id, occurred_at, sequence)
  WHERE ticket_id IS NOT NULL
    AND topic NOT IN ('note.created', 'message.queued', 'message.received', 'message.sent', 'message.status');

DELETE FROM sqlite_stat1
  WHERE idx IN ('messages_ticket', 'messages_contact', 'events_organization', 'events_ticket');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('messages', 'messages_contact', '5000000 2500000 20 2 2 2 2'),
  ('events', 'events_organization', '5000000 2500000 1 1 1'),
  ('events', 'events_ticket', '1000000 500000 3 2 1');
ANALYZE sqlite_schema;
