-- The search also finds what the product says of a customer.

-- What the search compares: the e-mail that a token proved, the name, and the values of the attributes. NULL until the
-- server has written it, which it does at the start for what is older than this column.
ALTER TABLE contacts ADD COLUMN folded TEXT;

CREATE INDEX contacts_unfolded ON contacts (id)
WHERE folded IS NULL AND (email IS NOT NULL OR described_at IS NOT NULL);
