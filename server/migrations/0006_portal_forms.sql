-- Forms of the portal that have sent a ticket, so that each sends one, whoever it names.

CREATE TABLE portal_forms (
    -- Of the form's token.
    form_key TEXT NOT NULL PRIMARY KEY,
    -- Of all that was sent: the same form sent twice, such as by a double click, is no second ticket.
    ticket_hash TEXT NOT NULL,
    -- When the row may be deleted, since the token has expired long before.
    forgotten_at BIGINT NOT NULL
);

CREATE INDEX portal_forms_by_time ON portal_forms (forgotten_at);
