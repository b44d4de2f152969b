-- Mails of a conversation go out in order, and the search folds case beyond ASCII.

-- Of what may hold later ones back, to see whether there is any earlier one.
CREATE INDEX notifications_unsent ON notifications (conversation_id, position)
WHERE state IN ('waiting', 'sending');

-- `lease_ends_at` is not read any more: each instance watches leases by its own clock. Instances of the
-- former version may still run while they are replaced one after the other, so the column stays.

-- What the search compares: without case, compatibility forms and invisible characters. NULL until the
-- server has written it, which it does at the start for what is older than this column.
ALTER TABLE messages ADD COLUMN folded TEXT;

-- The same for subject, identity, typed name and address, and id.
ALTER TABLE conversations ADD COLUMN folded TEXT;

CREATE INDEX messages_unfolded ON messages (id) WHERE folded IS NULL;

CREATE INDEX conversations_unfolded ON conversations (id) WHERE folded IS NULL;

-- For a whole address that somebody looks for.
CREATE INDEX portal_tickets_of_address ON portal_tickets (typed_address);
