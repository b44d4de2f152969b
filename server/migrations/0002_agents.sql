-- Who answers: agents, the desks that they are members of, their sessions, and what the inbox asks for.

CREATE TABLE agents (
    id TEXT NOT NULL PRIMARY KEY,
    -- Canonical, as SPEC 3.1 says.
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    -- 1 while the password is one that somebody else has seen.
    must_change_password BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    desk_id TEXT NOT NULL REFERENCES desks (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (agent_id, desk_id)
);

CREATE INDEX members_of_desk ON memberships (desk_id, agent_id);

CREATE TABLE sessions (
    -- Of the token, which only the browser has.
    token_hash TEXT NOT NULL PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    -- When the password was last given.
    confirmed_at BIGINT NOT NULL
);

CREATE INDEX sessions_of_agent ON sessions (agent_id);

CREATE INDEX sessions_by_use ON sessions (used_at);

-- How often a password may be tried, by whom; the key is a keyed hash, so that no address is here.
CREATE TABLE throttles (
    throttle_key TEXT NOT NULL PRIMARY KEY,
    -- When the budget is whole again.
    whole_at BIGINT NOT NULL
);

CREATE INDEX throttles_by_time ON throttles (whole_at);

-- The contact's kind is here too, since a list by kind has no other index; a contact never changes it.
ALTER TABLE conversations ADD COLUMN contact_kind TEXT NOT NULL DEFAULT 'sealed';

-- An agent's id, or nothing: as a text without NULL, so that one statement asks for both.
ALTER TABLE conversations ADD COLUMN assigned_to TEXT NOT NULL DEFAULT '';

-- One index for each way to list; the inbox adds nothing to them but a bounded search.
CREATE INDEX inbox_all ON conversations (desk_id, updated_at, id);

CREATE INDEX inbox_by_status ON conversations (desk_id, status, updated_at, id);

CREATE INDEX inbox_by_agent ON conversations (desk_id, assigned_to, status, updated_at, id);

CREATE INDEX inbox_by_kind ON conversations (desk_id, contact_kind, status, updated_at, id);
