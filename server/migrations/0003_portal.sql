-- Where a desk takes tickets from people who are not in its product.

CREATE TABLE portals (
    desk_id TEXT NOT NULL PRIMARY KEY REFERENCES desks (id) ON DELETE CASCADE,
    -- What its default host begins with, before the host of the server's portal URL.
    label TEXT NOT NULL UNIQUE,
    is_open BIGINT NOT NULL
);

CREATE TABLE portal_domains (
    domain TEXT NOT NULL PRIMARY KEY,
    desk_id TEXT NOT NULL REFERENCES desks (id) ON DELETE CASCADE
);

CREATE INDEX portal_domains_of_desk ON portal_domains (desk_id, domain);

-- What a ticket of the portal has beside its conversation. Name and address are typed and prove nothing.
CREATE TABLE portal_tickets (
    conversation_id TEXT NOT NULL PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    typed_name TEXT,
    typed_address TEXT,
    host TEXT NOT NULL
);
