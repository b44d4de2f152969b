-- Mails that tell contacts of agents' replies: one for each reply to a contact that a seal proved.
CREATE TABLE notifications (
    id TEXT NOT NULL PRIMARY KEY,
    desk_id TEXT NOT NULL REFERENCES desks (id) ON DELETE CASCADE,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
    -- The message's, to thread mails in the order of the replies.
    position BIGINT NOT NULL,
    state TEXT NOT NULL,
    -- What the state does not say by itself, such as the mail server's answer.
    reason TEXT NOT NULL,
    -- A delayed one is due at this moment and the configured delay.
    due_at BIGINT NOT NULL,
    is_delayed BIGINT NOT NULL,
    -- One to be sent instantly is mailed also if the contact has read the reply meanwhile.
    is_instant BIGINT NOT NULL,
    -- How often sending began, and who has it in hand until when.
    attempts BIGINT NOT NULL,
    lease TEXT,
    lease_ends_at BIGINT,
    -- The mail's Message-ID, from the first attempt on, so that a mail sent again is the same mail.
    mail_id TEXT,
    changed_at BIGINT NOT NULL
);

CREATE INDEX notifications_by_state ON notifications (state, due_at);

CREATE INDEX notifications_of_conversation ON notifications (conversation_id, position);

CREATE INDEX notifications_of_desk ON notifications (desk_id, state, changed_at);

-- The page of the desk's own product where its customers find the Ticket Center; mails lead there.
ALTER TABLE desks ADD COLUMN support_page_url TEXT;
