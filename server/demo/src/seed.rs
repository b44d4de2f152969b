//! Creates the demo's desk with its agents, conversations and tickets.

use deskseal::{CanonicalEmail, UserId};
use serde::Serialize;
use ticket_center::agents::{self, AgentName, NewMember, Role};
use ticket_center::app_state::AppState;
use ticket_center::clock::Moment;
use ticket_center::contacts::{self, Customer, Identity, TypedAddress};
use ticket_center::conversations::{
    self, Agent, Destination, IdempotencyKey, Range, Sending, Submission, Writing,
};
use ticket_center::desks::{self, DeskName, SupportPage};
use ticket_center::ids::{AgentId, ConversationId, DeskId};
use ticket_center::passwords::Password;
use ticket_center::portal_hosts;
use ticket_center::secrets::{self, Grace, NewSecret, Purpose, Replaces, Rotation, SecretError};
use ticket_center::store::Store;
use ticket_center::text::{MessageText, Subject};
use ticket_center::tickets::{self, Sender, Ticket};

use super::Failure;
use super::product::{self, ADA, GRACE};

/// The desk, and the secrets with which the product signs for it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Desk {
    pub(super) helpdesk_id: String,
    pub(super) ticket_center_secret: String,
    pub(super) portal_secret: String,
    pub(super) identity_secret: String,
    #[serde(skip)]
    id: DeskId,
}

/// The sign-in data of an agent or the owner.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SignIn {
    pub(super) email: &'static str,
    pub(super) password: String,
}

/// A conversation from before the demo was started.
struct Story {
    customer: product::Customer,
    subject: &'static str,
    /// How many hours before the start of the demo it began.
    hours_ago: i64,
    /// The customer and the agent in turn, the customer first, half an hour apart.
    messages: &'static [&'static str],
    /// Whether the customer has read the replies.
    is_read: bool,
    is_closed: bool,
}

const STORIES: [Story; 4] = [
    Story {
        customer: ADA,
        subject: "Change the plan in the middle of the month",
        hours_ago: 26 * 24,
        messages: &[
            "Hello,\n\ncan I change to the yearly plan now, or do I have to wait for the next invoice?",
            "Hello Ada,\n\nyou can change at any time under Settings > Plan. What you paid for the rest \
             of this month is credited.",
            "That worked, thank you!",
        ],
        is_read: true,
        is_closed: true,
    },
    Story {
        customer: ADA,
        subject: "Wrong address on the invoice of October",
        hours_ago: 27,
        messages: &[
            "The invoice of October still has our old address on it. Can you send a corrected one?",
            "Hello Ada,\n\nof course. Which address should be on it?",
            "1 Example Street\nExampletown",
        ],
        is_read: true,
        is_closed: false,
    },
    Story {
        customer: GRACE,
        subject: "Export as CSV",
        hours_ago: 50,
        messages: &[
            "Is there a way to export all our entries as CSV? We would like to have them in a spreadsheet.",
            "Hello Grace,\n\nthere is: Reports > Export > CSV. Is a column missing for you?",
        ],
        is_read: false,
        is_closed: false,
    },
    Story {
        customer: GRACE,
        subject: "Sign-in with our own directory",
        hours_ago: 3,
        messages: &[
            "We would like our people to sign in with the accounts that they already have. Is \
                     that possible, and on which plan?",
        ],
        is_read: true,
        is_closed: false,
    },
];

/// Creates the desk with its secrets.
pub(super) async fn desk(state: &AppState) -> Result<Desk, Failure> {
    let name = DeskName::parse("Example").ok_or("the name of the demo's desk is invalid")?;
    let id = desks::create(&state.store, &name, state.clock.now()).await?;
    Ok(Desk {
        helpdesk_id: id.as_str().to_owned(),
        ticket_center_secret: secret(state, &id, Purpose::TicketCenter).await?,
        portal_secret: secret(state, &id, Purpose::Portal).await?,
        identity_secret: secret(state, &id, Purpose::Identity).await?,
        id,
    })
}

async fn secret(state: &AppState, desk: &DeskId, purpose: Purpose) -> Result<String, SecretError> {
    let (new, replaces, grace) = (NewSecret::Generated, Replaces::Current, Grace::default());
    let new = Rotation { desk, purpose, new, replaces, grace };
    let issued = secrets::rotate(&state.store, &state.keyring, new, state.clock.now());
    Ok(issued.await?.shown().to_owned())
}

/// Sets the page that mails link to.
pub(super) async fn support_page(state: &AppState, desk: &Desk, url: &str) -> Result<(), Failure> {
    let page = SupportPage::parse(url)
        .ok_or("--support-page takes the URL of a page: http:// or https://")?;
    desks::set_support_page(&state.store, &desk.id, Some(&page)).await?;
    Ok(())
}

/// Returns the host of the desk's portal.
pub(super) async fn portal_host(state: &AppState, desk: &Desk) -> Result<String, Failure> {
    let setup = portal_hosts::setup(&state.store, &state.portal_root, &desk.id).await?;
    Ok(setup.ok_or("the demo's desk has no portal")?.default_host)
}

/// Sends two tickets by the portal: one by Ada with a signed link, one by an anonymous visitor.
pub(super) async fn tickets(state: &AppState, desk: &Desk, host: &str) -> Result<(), Failure> {
    let address = TypedAddress::parse("visitor@example.com")?;
    let tickets = [
        (
            Sender::Verified(UserId::parse(ADA.user_id)?, None),
            "Two-factor sign-in",
            "I have a new telephone. How do I set up the second factor on it?",
        ),
        (
            Sender::Public(address),
            "Do you have a plan for schools?",
            "We are a school with 40 teachers. Is there a plan for us?",
        ),
    ];
    for (hours_ago, (sender, subject, text)) in (1..).zip(tickets) {
        let text = MessageText::parse(text)?;
        let ticket = Ticket {
            sender,
            name: None,
            subject: Subject::parse(Some(subject), &text)?,
            text,
            host: deskseal::canonical_host(host)?,
            key: IdempotencyKey::parse(&format!("demo-{hours_ago}"))
                .ok_or("the demo's idempotency key is invalid")?,
        };
        let now = later(state.clock.now(), -60 * hours_ago);
        tickets::submit(&state.store, &desk.id, &ticket, now).await?;
    }
    Ok(())
}

/// Writes the conversations, each message at its time.
pub(super) async fn conversations(
    state: &AppState,
    desk: &Desk,
    agent: &Agent,
) -> Result<(), Failure> {
    for story in &STORIES {
        tell(state, &desk.id, agent, story).await?;
    }
    Ok(())
}

async fn tell(
    state: &AppState,
    desk: &DeskId,
    agent: &Agent,
    story: &Story,
) -> Result<(), Failure> {
    let mut now = later(state.clock.now(), -60 * story.hours_ago);
    let identity = Identity::Email(CanonicalEmail::parse(story.customer.email)?);
    let contact = contacts::find_or_create(&state.store, desk, &identity, now).await?;
    // The demo made this customer up; every other one has to be proved by a signature.
    let customer = Customer::proved(desk.clone(), contact.id);
    let mut conversation = None;
    for (turn, text) in story.messages.iter().enumerate() {
        let text = MessageText::parse(text)?;
        let is_customer = turn % 2 == 0;
        conversation = match conversation {
            Some(id) if !is_customer => {
                let reply = Writing::Reply(Sending::Delayed);
                conversations::write_as_agent(&state.store, desk, &id, agent, reply, &text, now)
                    .await?;
                Some(id)
            }
            earlier => Some(ask(&state.store, &customer, earlier, story.subject, text, now).await?),
        };
        now = later(now, 30);
    }
    let Some(id) = conversation else { return Ok(()) };
    if story.is_read {
        conversations::messages(&state.store, &customer, &id, &Range::Newest, 100, true).await?;
    }
    if story.is_closed {
        conversations::close(&state.store, &customer, &id, now).await?;
    }
    Ok(())
}

/// Reads the conversation as the customer, then writes; returns the conversation.
async fn ask(
    store: &Store,
    customer: &Customer,
    conversation: Option<ConversationId>,
    subject: &str,
    text: MessageText,
    now: Moment,
) -> Result<ConversationId, Failure> {
    let destination = match conversation {
        Some(id) => {
            conversations::messages(store, customer, &id, &Range::Newest, 100, true).await?;
            Destination::Existing(id)
        }
        None => Destination::New(Subject::parse(Some(subject), &text)?),
    };
    let submission = Submission { destination, text, idempotency_key: None };
    Ok(conversations::submit(store, customer, &submission, now).await?.conversation.id)
}

fn later(moment: Moment, minutes: i64) -> Moment {
    Moment::from_milliseconds(moment.milliseconds() + minutes * 60_000)
}

/// The people of the demo's desk.
pub(super) struct People {
    pub(super) sign_ins: [SignIn; 2],
    /// The agent as the author of replies.
    pub(super) agent: Agent,
}

/// Creates the desk's owner and its agent.
pub(super) async fn people(state: &AppState, desk: &Desk) -> Result<People, Failure> {
    let owner = member(state, desk, Role::Owner, "owner@example.com", "Owner").await?;
    let agent = member(state, desk, Role::Agent, "agent@example.com", "Agent").await?;
    Ok(People {
        sign_ins: [owner.sign_in, agent.sign_in],
        agent: Agent { id: agent.id, name: "Agent".to_owned() },
    })
}

/// A member of the demo's desk.
struct NewMemberAccount {
    id: AgentId,
    sign_in: SignIn,
}

async fn member(
    state: &AppState,
    desk: &Desk,
    role: Role,
    email: &'static str,
    name: &str,
) -> Result<NewMemberAccount, Failure> {
    let password = Password::generate()?;
    let new = NewMember {
        email: &CanonicalEmail::parse(email)?,
        name: &AgentName::parse(name).ok_or("the name of the demo's agent is invalid")?,
        role,
        password: &state.passwords.hash(&password).await?,
    };
    let id = agents::create_member(&state.store, &desk.id, new, state.clock.now()).await?;
    Ok(NewMemberAccount { id, sign_in: SignIn { email, password: password.shown().to_owned() } })
}
