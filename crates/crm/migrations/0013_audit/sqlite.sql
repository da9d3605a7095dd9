-- What only the audit log tells of a change, and neither the list of events nor the stream nor a webhook: JSON object.
ALTER TABLE events ADD COLUMN audit TEXT;

UPDATE events SET
  audit = json_object('by', json_extract(data, '$.by'), 'user_agent', json_extract(data, '$.user_agent'),
                      'address', json_extract(data, '$.address')),
  data = json_remove(data, '$.by', '$.user_agent', '$.address')
WHERE topic = 'setup.changed' AND subject LIKE '{"session\_id":%' ESCAPE '\' AND data LIKE '%"address":%';

UPDATE events SET
  audit = json_object('email', coalesce(json_extract(data, '$.email'), json_extract(previous, '$.email')),
                      'role', coalesce(json_extract(data, '$.role'), json_extract(previous, '$.role'))),
  data = json_remove(data, '$.email', '$.role'),
  previous = NULL
WHERE topic = 'setup.changed' AND subject LIKE '{"invitation\_id":%' ESCAPE '\'
  AND (data LIKE '%"email":%' OR previous LIKE '%"email":%');
