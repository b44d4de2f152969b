-- Contacts that a token joined, and what the product says of a customer.

-- What the newest token with a name or attributes says: a text, and a JSON object; and when it was signed.
ALTER TABLE contacts ADD COLUMN name TEXT;

ALTER TABLE contacts ADD COLUMN attributes TEXT;

ALTER TABLE contacts ADD COLUMN described_at BIGINT;

-- The customer to whom a token joined this address or user id of a link. NULL if there is none, or an owner undid it.
ALTER TABLE contacts ADD COLUMN joined_to TEXT REFERENCES contacts (id) ON DELETE SET NULL;

-- When it was joined; it stays when the joint ends, since an address is joined once.
ALTER TABLE contacts ADD COLUMN joined_at BIGINT;

-- When the customer proved another address. The conversations of this one moved to the customer then.
ALTER TABLE contacts ADD COLUMN left_at BIGINT;

CREATE INDEX contacts_by_joint ON contacts (joined_to);

-- The contact with which the conversation began, if it moved to the customer when they left that address.
ALTER TABLE conversations ADD COLUMN began_with TEXT;

-- Whether links and tokens name customers by the same ids.
ALTER TABLE desks ADD COLUMN shares_customer_ids BIGINT NOT NULL DEFAULT 0;
