-- Customers whom an identity token proved: their sessions, spent tokens, and which proofs a desk accepts.

-- `signatures`, `signatures_and_tokens` or `tokens`.
ALTER TABLE desks ADD COLUMN accepted_proofs TEXT NOT NULL DEFAULT 'signatures_and_tokens';

-- The address that a token last proved for the customer id, and when that token was signed.
ALTER TABLE contacts ADD COLUMN email TEXT;

ALTER TABLE contacts ADD COLUMN proved_at BIGINT;

CREATE INDEX contacts_by_email ON contacts (desk_id, email);

CREATE TABLE customer_sessions (
    -- Of the session's text, which only the page has.
    session_hash TEXT NOT NULL PRIMARY KEY,
    contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    -- The session ends with the secret that signed its token.
    secret_id TEXT NOT NULL REFERENCES secrets (id) ON DELETE CASCADE,
    -- The token that opened it or renewed it last, and the Unix second at which that token expires.
    token_key TEXT NOT NULL,
    token_expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);

CREATE INDEX customer_sessions_of_contact ON customer_sessions (contact_id, created_at);

CREATE INDEX customer_sessions_of_token ON customer_sessions (token_key);

CREATE INDEX customer_sessions_by_use ON customer_sessions (used_at);

-- Tokens that prove nothing any more, although they have not expired.
CREATE TABLE spent_tokens (
    token_key TEXT NOT NULL PRIMARY KEY,
    -- When the row may be deleted, since the token has expired long before.
    forgotten_at BIGINT NOT NULL
);

CREATE INDEX spent_tokens_by_time ON spent_tokens (forgotten_at);
