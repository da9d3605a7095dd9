-- A message is in three places of the log's indexes less: histories read messages from their own table, so that the events which
-- tell of them need no entry there; the log of one contact or ticket is found by walking the log's index, which has both.
DROP INDEX events_organization;
CREATE INDEX events_organization ON events (organization_id, sequence, topic, contact_id, ticket_id);
DROP INDEX events_contact;
CREATE INDEX events_contact ON events (organization_id, contact_id, occurred_at, sequence)
  WHERE contact_id IS NOT NULL
    AND topic NOT IN ('note.created', 'message.queued', 'message.received', 'message.sent', 'message.status');
DROP INDEX events_ticket;
CREATE INDEX events_ticket ON events (organization_id, ticket_id, occurred_at, sequence)
  WHERE ticket_id IS NOT NULL
    AND topic NOT IN ('note.created', 'message.queued', 'message.received', 'message.sent', 'message.status');
