-- One text for SQLite and PostgreSQL: only TEXT and BIGINT, which both know. Moments are milliseconds
-- since 1970 in UTC; what a product signs with counts whole seconds (SPEC 1.5). Truth is 0 or 1.

CREATE TABLE desks (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- A new random text with every change of the desk, its secrets and its domains.
    revision TEXT NOT NULL,
    accepts_as_typed BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE allowed_domains (
    desk_id TEXT NOT NULL REFERENCES desks (id) ON DELETE CASCADE,
    domain TEXT NOT NULL,
    PRIMARY KEY (desk_id, domain)
);

CREATE TABLE secrets (
    id TEXT NOT NULL PRIMARY KEY,
    desk_id TEXT NOT NULL REFERENCES desks (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    -- The key that encrypted it. Both are empty once it is revoked.
    key_id TEXT NOT NULL,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- The Unix second from which it is dead; NULL for the current one.
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT
);

CREATE UNIQUE INDEX one_current_secret ON secrets (desk_id, purpose)
WHERE expires_at IS NULL AND revoked_at IS NULL;

CREATE INDEX secrets_of_desk ON secrets (desk_id, purpose, created_at);

CREATE TABLE contacts (
    id TEXT NOT NULL PRIMARY KEY,
    desk_id TEXT NOT NULL REFERENCES desks (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    -- Counts every change that the contact can see.
    revision BIGINT NOT NULL,
    unread BIGINT NOT NULL,
    blocked_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (desk_id, kind, value)
);

CREATE TABLE conversations (
    id TEXT NOT NULL PRIMARY KEY,
    desk_id TEXT NOT NULL REFERENCES desks (id) ON DELETE CASCADE,
    contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- The last activity that the contact can see, and the last message of it.
    updated_at BIGINT NOT NULL,
    last_author TEXT NOT NULL,
    last_preview TEXT NOT NULL,
    last_message_at BIGINT NOT NULL,
    -- Private notes take positions too, so positions never leave.
    last_position BIGINT NOT NULL,
    read_position BIGINT NOT NULL,
    unread BIGINT NOT NULL
);

CREATE INDEX conversations_of_contact ON conversations (contact_id, updated_at, id);

CREATE TABLE messages (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    author TEXT NOT NULL,
    visibility TEXT NOT NULL,
    agent_id TEXT,
    agent_name TEXT,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (conversation_id, position)
);

-- What a contact has sent, by the key that the sender chose, so that a repeated call adds nothing.
CREATE TABLE submissions (
    contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    idempotency_key TEXT NOT NULL,
    message_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (contact_id, idempotency_key)
);
