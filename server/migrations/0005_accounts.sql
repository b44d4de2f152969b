-- Who may become a member, by what proof; links that are used once; and the mails that carry them.

-- 1 once the holder of the mailbox has followed a mailed link. Existing accounts have proved nothing.
ALTER TABLE agents ADD COLUMN address_proved BIGINT NOT NULL DEFAULT 0;

CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    desk_id TEXT NOT NULL REFERENCES desks (id) ON DELETE CASCADE,
    -- Canonical, as SPEC 3.1 says.
    email TEXT NOT NULL,
    -- A suggestion, or nothing: the holder of the address chooses.
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    -- The owner who invited. Without one, the operator did.
    invited_by TEXT REFERENCES agents (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (desk_id, email)
);

CREATE INDEX invitations_by_expiry ON invitations (expires_at);

-- Links that are used once. A link leads to an invitation, or to the recovery of an account.
CREATE TABLE account_links (
    -- Of the token, which only the link has.
    token_hash TEXT NOT NULL PRIMARY KEY,
    invitation_id TEXT REFERENCES invitations (id) ON DELETE CASCADE,
    agent_id TEXT REFERENCES agents (id) ON DELETE CASCADE,
    -- 1 where only the holder of the mailbox has seen the link.
    is_mailed BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX links_of_invitation ON account_links (invitation_id);

CREATE INDEX links_of_agent ON account_links (agent_id);

CREATE INDEX links_by_expiry ON account_links (expires_at);

-- Mails with such links. No token is here: it is made when the mail is sent. A mail without an invitation
-- is for the recovery of the address's account, if there is one; that is looked up when it is sent.
CREATE TABLE account_mails (
    id TEXT NOT NULL PRIMARY KEY,
    invitation_id TEXT UNIQUE REFERENCES invitations (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    state TEXT NOT NULL,
    -- What the state does not say by itself, such as the mail server's answer.
    reason TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    -- After this moment it is not sent any more.
    expires_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- Which attempt has it in hand, until it is due again.
    lease TEXT
);

CREATE INDEX account_mails_by_state ON account_mails (state, due_at);

CREATE INDEX account_mails_by_expiry ON account_mails (expires_at);
