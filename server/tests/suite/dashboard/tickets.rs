//! Tickets of the portal, as the dashboard's tests need them.

use deskseal::{PortalHost, UserId};
use ticket_center::contacts::TypedAddress;
use ticket_center::conversations::IdempotencyKey;
use ticket_center::ids::{ConversationId, MessageId};
use ticket_center::text::{MessageText, PersonName, Subject};
use ticket_center::tickets::{self, Sender, Ticket};

use crate::server::Server;

/// Returns a visitor who typed this address.
pub(crate) fn visitor(address: &str) -> Sender {
    Sender::Public(TypedAddress::parse(address).expect("it is an address"))
}

/// Returns a customer whose link proved this id, and who typed this address.
pub(crate) fn customer(id: &str, address: &str) -> Sender {
    let user = UserId::parse(id).expect("it is a user id");
    Sender::Verified(user, Some(TypedAddress::parse(address).expect("it is an address")))
}

/// Submits a ticket, and returns its conversation.
pub(crate) async fn submit(
    server: &Server,
    sender: Sender,
    name: &str,
    text: &str,
) -> ConversationId {
    let text = MessageText::parse(text).expect("it is a message");
    let ticket = Ticket {
        sender,
        name: PersonName::parse(name).expect("it is a name"),
        subject: Subject::parse(None, &text).expect("it is made"),
        text,
        host: PortalHost::parse("help.example.com").expect("it is a host"),
        key: IdempotencyKey::parse(MessageId::generate().as_str()).expect("it is a key"),
    };
    let now = server.instance.app.clock.now();
    tickets::submit(server.store(), &server.desk, &ticket, now).await.expect("it is taken")
}
