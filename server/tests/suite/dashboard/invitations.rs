//! Invitations: how a person becomes a member, and with which proof.

use deskseal::CanonicalEmail;
use mail_parser::MessageParser;
use ticket_center::accounts;
use ticket_center::agents::{self, Role};
use ticket_center::config::SecretString;
use ticket_center::ids::DeskId;
use ticket_center::passwords::Known;
use ticket_center::sessions::{self, SessionError};
use ticket_center::workers::account_mail::run_due;

use super::browser::{Browser, PASSWORD, Page};
use crate::logs;
use crate::server::{Database, Server, on_both_databases};
use crate::smtp::Sink;

const OWNER: &str = "owner@acme.example";
const CEO: &str = "ceo@acme.example";
const EVE: &str = "eve@example.com";
const NEW: &str = "staple of many purple herons";

/// Returns a server with mail, and an owner of its desk.
pub(super) async fn server(database: Database) -> (Server, Sink) {
    let sink = Sink::start().await;
    let server = Server::start_with(database, |config| {
        config.smtp_url = Some(SecretString::from(sink.url.as_str()));
        config.mail_from = Some("support@example.com".to_owned());
    })
    .await;
    server.agent(OWNER, Role::Owner).await;
    (server, sink)
}

/// Returns the link of the next mail.
pub(super) async fn mailed_link(server: &Server, sink: &Sink) -> String {
    let before = sink.mails().len();
    assert_eq!(run_due(&server.instance.app).await.expect("the database responds"), 1);
    let mails = sink.mails();
    assert_eq!(mails.len(), before + 1);
    let mail = MessageParser::default().parse(&mails[before].text).expect("it is a mail");
    let text = mail.body_text(0).expect("it has a text").into_owned();
    let link = text.lines().find(|line| line.starts_with("http://127.0.0.1/"));
    link.unwrap_or_else(|| panic!("no link: {text}")).to_owned()
}

/// Returns the link that a page shows once.
fn shown_link(page: &Page) -> String {
    let (_, rest) = page.text.split_once("id=\"invitation-link\">").expect("it shows a link");
    rest.split('<').next().expect("it ends").to_owned()
}

async fn invite(browser: &mut Browser, desk: &DeskId, email: &str, way: &str) -> Page {
    let agents = format!("/desks/{desk}/agents");
    let fields = [("email", email), ("name", ""), ("role", "agent"), ("way", way)];
    browser.submit(&agents, &agents, &fields).await
}

fn account_of<'form>(name: &'form str, password: &'form str) -> [(&'form str, &'form str); 3] {
    [("name", name), ("new", password), ("again", password)]
}

/// The owner of another desk, who has created an account for the address with a copied link.
struct Trap {
    desk: DeskId,
    /// Signed in with the account.
    browser: Browser,
}

async fn trap(server: &Server) -> Trap {
    let desk = server.other_desk().await;
    server.agent_at(&desk, EVE, Role::Owner).await;
    let mut eve = server.signed_in(EVE).await;
    let link = shown_link(&invite(&mut eve, &desk, CEO, "copy").await.shown());
    let mut browser = server.browser();
    let page = browser.follow(&link).await.shown();
    let accepted =
        browser.submit_link_form(&page, "/invitation", &account_of("The CEO", PASSWORD)).await;
    assert_eq!(accepted.location(), format!("/desks/{desk}/inbox"));
    Trap { desk, browser }
}

async fn is_member(server: &Server, desk: &DeskId, email: &str) -> bool {
    let members = agents::members(server.store(), desk).await.expect("they are read");
    members.iter().any(|member| member.account.email == email)
}

on_both_databases! {
    async fn an_invited_address_is_no_member_before_its_holder_accepts(database: Database) {
        let server = Server::start(database).await;
        server.agent(OWNER, Role::Owner).await;
        let other = server.other_desk().await;
        server.agent_at(&other, CEO, Role::Agent).await;
        let mut attacker = server.signed_in(CEO).await;
        let mut owner = server.signed_in(OWNER).await;
        let agents = server.path("agents");
        let fields = [("email", CEO), ("name", "The CEO"), ("role", "owner"), ("way", "copy")];
        owner.submit(&agents, &agents, &fields).await;
        assert_eq!(attacker.get(&server.path("inbox")).await.status, 404, "the attacker is in the desk");
        assert!(!is_member(&server, &server.desk, CEO).await);
    }

    async fn a_mailed_invitation_takes_the_account_away_from_the_person_who_created_it(database: Database) {
        logs::capture();
        let (server, sink) = server(database).await;
        let mut trap = trap(&server).await;
        let mut owner = server.signed_in(OWNER).await;
        let invited = invite(&mut owner, &server.desk, CEO, "mail").await;
        assert_eq!(invited.location(), server.path("agents"));
        let link = mailed_link(&server, &sink).await;
        assert_eq!(sink.mails()[0].to, [format!("TO:<{CEO}>")]);

        let mut ceo = server.browser();
        let page = ceo.follow(&link).await.shown();
        assert!(page.has("the address was never confirmed") && page.has("Other (agent)"));
        assert!(!is_member(&server, &server.desk, CEO).await, "a GET accepts nothing");
        trap.browser.get(&format!("/desks/{}/inbox", trap.desk)).await.shown();

        let mut fields = account_of("Carla", NEW).to_vec();
        let silent = ceo.submit_link_form(&page, "/invitation", &fields).await;
        assert!(silent.status == 422 && silent.has("Choose for each desk"), "{}", silent.text);
        let leave = format!("leave {}", trap.desk);
        fields.push(("desk", &leave));
        let accepted = ceo.submit_link_form(&page, "/invitation", &fields).await;
        assert_eq!(accepted.location(), server.path("inbox"));
        assert!(ceo.get(&server.path("inbox")).await.shown().has("You are now a member of this desk"));

        assert!(trap.browser.get("/").await.location().starts_with("/sign-in"), "the session has ended");
        assert_eq!(server.browser().sign_in(CEO, PASSWORD).await.status, 401, "the old password is invalid");
        assert_eq!(server.browser().sign_in(CEO, NEW).await.location(), "/");
        assert!(!is_member(&server, &trap.desk, CEO).await);
        let members = agents::members(server.store(), &server.desk).await.expect("they are read");
        let member = members.iter().find(|member| member.account.email == CEO).expect("there is one");
        assert!(member.account.address_proved && member.account.name == "Carla");

        let token = link.split_once('=').expect("it has a token").1;
        let log = logs::captured();
        for secret in [token, PASSWORD, NEW, CEO] {
            assert!(!log.contains(secret), "the log has {secret}");
        }
        let desk = &server.desk;
        for line in ["an agent was invited", "an invitation was accepted"] {
            let is_it = |written: &str| written.contains(line) && written.contains(desk.as_str());
            assert!(log.lines().any(is_it), "no line: {line}");
        }
    }

    async fn the_token_of_a_mail_is_in_no_page_of_the_owner_and_not_in_the_database(database: Database) {
        let (server, sink) = server(database).await;
        let mut owner = server.signed_in(OWNER).await;
        invite(&mut owner, &server.desk, CEO, "mail").await.location();
        let row = sqlx::query("SELECT token_hash FROM account_links").fetch_optional(server.store().readers());
        assert!(row.await.expect("it is read").is_none(), "there is no token before the mail is sent");
        let link = mailed_link(&server, &sink).await;
        let token = link.split_once('=').expect("it has a token").1;
        let page = owner.get(&server.path("agents")).await.shown();
        assert!(page.has(CEO) && page.has("Mailed.") && !page.has(token), "{}", page.text);
        let hash = sqlx::query_scalar("SELECT token_hash FROM account_links").fetch_one(server.store().readers());
        let hash: String = hash.await.expect("it is there");
        assert_ne!(hash, token);
    }

    async fn an_invalid_address_gets_one_sentence_that_says_what_to_enter(database: Database) {
        let (server, _) = server(database).await;
        let mut owner = server.signed_in(OWNER).await;
        for (email, sentence) in [
            (" ", "Enter an e-mail address."),
            ("grace", "This e-mail address is incomplete. Enter one such as ada@example.com."),
            ("\u{212a}im@example.com", "This e-mail address has a letter that looks like another one. Please type it again."),
        ] {
            let page = invite(&mut owner, &server.desk, email, "copy").await;
            assert_eq!(page.status, 422);
            assert!(page.has(&format!(">{sentence}<")), "{}", page.text);
        }
    }

    async fn a_copied_link_binds_no_account_that_another_person_made(database: Database) {
        let (server, _) = server(database).await;
        let mut trap = trap(&server).await;
        let mut owner = server.signed_in(OWNER).await;
        let link = shown_link(&invite(&mut owner, &server.desk, CEO, "copy").await.shown());
        let mut ceo = server.browser();
        let page = ceo.follow(&link).await.shown();
        let made = ceo.submit_link_form(&page, "/invitation", &account_of("Carla", NEW)).await;
        assert!(made.status == 422 && made.has("send the invitation by mail"), "{}", made.text);
        let guessed = ceo.submit_link_form(&page, "/invitation", &[("current", NEW)]).await;
        assert!(guessed.status == 401 && guessed.has("send the invitation by mail"), "{}", guessed.text);
        assert!(!is_member(&server, &server.desk, CEO).await);
        trap.browser.get(&format!("/desks/{}/inbox", trap.desk)).await.shown();
        assert_eq!(trap.browser.get(&server.path("inbox")).await.status, 404);
        assert_eq!(server.browser().sign_in(CEO, PASSWORD).await.location(), "/");
    }

    async fn a_copied_link_does_not_tell_whether_the_address_has_an_account(database: Database) {
        let server = Server::start(database).await;
        server.agent(OWNER, Role::Owner).await;
        let other = server.other_desk().await;
        server.agent_at(&other, CEO, Role::Agent).await;
        let mut owner = server.signed_in(OWNER).await;
        let mut texts = Vec::new();
        for email in [CEO, "new@acme.example"] {
            let invited = invite(&mut owner, &server.desk, email, "copy").await.shown();
            let link = shown_link(&invited);
            let page = server.browser().follow(&link).await.shown();
            let token = link.split_once('=').expect("it has a token").1;
            texts.push([invited.text, page.text.replace(&page.field("csrf"), "")].map(|text| {
                let text = text.replace(token, "").replace(email, "");
                text.lines().filter(|line| !line.contains("csrf")).collect::<String>()
            }));
        }
        assert_eq!(texts[0], texts[1]);
    }

    async fn a_copied_link_proves_no_address_and_a_mailed_one_does(database: Database) {
        let (server, sink) = server(database).await;
        let mut owner = server.signed_in(OWNER).await;
        let copied = shown_link(&invite(&mut owner, &server.desk, "copied@acme.example", "copy").await.shown());
        invite(&mut owner, &server.desk, "mailed@acme.example", "mail").await.location();
        let mailed = mailed_link(&server, &sink).await;
        for (link, email, is_proved) in
            [(copied, "copied@acme.example", false), (mailed, "mailed@acme.example", true)]
        {
            let mut browser = server.browser();
            let page = browser.follow(&link).await.shown();
            let weak = browser.submit_link_form(&page, "/invitation", &account_of("New", "passwordpassword")).await;
            assert!(weak.status == 422 && weak.has("easy to guess"));
            let accepted = browser.submit_link_form(&page, "/invitation", &account_of("New", NEW)).await;
            assert_eq!(accepted.location(), server.path("inbox"));
            let members = agents::members(server.store(), &server.desk).await.expect("they are read");
            let member = members.iter().find(|member| member.account.email == email);
            assert_eq!(member.expect("there is one").account.address_proved, is_proved);
        }
        let page = owner.get(&server.path("agents")).await.shown();
        let row = |email: &str| {
            let (_, rest) = page.text.split_once(&format!("<td>{email}")).expect("it is listed");
            rest.split("</td>").next().expect("it ends").contains("address not confirmed")
        };
        assert!(row("copied@acme.example") && !row("mailed@acme.example"));
    }

    async fn a_proved_account_gives_its_password_and_its_other_sessions_end(database: Database) {
        let (server, sink) = server(database).await;
        let mut owner = server.signed_in(OWNER).await;
        let other = server.other_desk().await;
        server.agent_at(&other, EVE, Role::Owner).await;
        let mut eve = server.signed_in(EVE).await;
        invite(&mut eve, &other, CEO, "mail").await.location();
        let mut there = server.browser();
        let page = there.follow(&mailed_link(&server, &sink).await).await.shown();
        there.submit_link_form(&page, "/invitation", &account_of("Carla", NEW)).await.location();
        for way in ["mail", "copy"] {
            let invited = invite(&mut owner, &server.desk, CEO, way).await;
            let link = match way {
                "mail" => mailed_link(&server, &sink).await,
                _ => shown_link(&invited.shown()),
            };
            let mut here = server.browser();
            let page = here.follow(&link).await.shown();
            let taken = here.submit_link_form(&page, "/invitation", &account_of("Eve", PASSWORD)).await;
            assert!(matches!(taken.status, 400 | 422), "{way}: {}", taken.status);
            let wrong = here.submit_link_form(&page, "/invitation", &[("current", PASSWORD)]).await;
            assert_eq!(wrong.status, 401);
            there.get("/account").await.shown();
            let accepted = here.submit_link_form(&page, "/invitation", &[("current", NEW)]).await;
            assert_eq!(accepted.location(), server.path("inbox"));
            assert!(there.get("/account").await.location().starts_with("/sign-in"), "{way}");
            here.get(&format!("/desks/{other}/inbox")).await.shown();
            let member = agents::members(server.store(), &server.desk).await.expect("they are read")
                .into_iter().find(|member| member.account.email == CEO).expect("there is one");
            assert!(member.account.address_proved && member.account.name == "Carla");
            agents::remove_member(server.store(), &server.desk, &member.account.id).await.expect("removed");
            there = here;
        }
    }

    async fn a_link_that_was_used_replaced_withdrawn_or_has_expired_is_invalid(database: Database) {
        let server = Server::start(database).await;
        server.agent(OWNER, Role::Owner).await;
        let mut owner = server.signed_in(OWNER).await;
        let agents = server.path("agents");
        let mut links = Vec::new();
        for number in 0..4 {
            let page = invite(&mut owner, &server.desk, &format!("agent{number}@acme.example"), "copy").await;
            links.push(shown_link(&page.shown()));
        }
        let mut first = server.browser();
        let page = first.follow(&links[0]).await.shown();
        first.submit_link_form(&page, "/invitation", &account_of("Used", NEW)).await.location();
        let listed = owner.get(&agents).await.shown();
        let act = |email: &str, name: &str| {
            let (_, row) = listed.text.split_once(&format!("<th scope=\"row\">{email}")).expect("it is listed");
            let (path, _) = row.split_once(&format!("/{name}\"")).expect("it can be acted on");
            format!("{}/{name}", &path[path.rfind('"').expect("an attribute") + 1..])
        };
        let renewed = owner.submit(&agents, &act("agent1@acme.example", "copy"), &[]).await.shown();
        let withdraw = act("agent2@acme.example", "withdraw");
        assert!(owner.get(&withdraw).await.shown().has("stops working"));
        assert_eq!(owner.submit(&withdraw, &withdraw, &[]).await.location(), agents);
        assert_eq!(owner.submit(&agents, &withdraw, &[]).await.status, 409, "it is withdrawn once");
        for link in &links[..3] {
            let mut browser = server.browser();
            assert_eq!(browser.follow(link).await.status, 410, "{link}");
            let csrf = browser.get("/sign-in").await.field("csrf");
            let token = link.split_once('=').expect("it has a token").1;
            let mut fields = vec![("csrf", csrf.as_str()), ("link", token)];
            fields.extend(account_of("Late", NEW));
            assert_eq!(browser.send("/invitation", &fields).await.status, 410, "{link}");
            assert_eq!(browser.send("/recovery", &fields).await.status, 410, "{link}");
        }
        server.clock.advance(72 * 60 * 60 - 1);
        for link in [&shown_link(&renewed), &links[3]] {
            server.browser().follow(link).await.shown();
        }
        server.clock.advance(1);
        for link in [&shown_link(&renewed), &links[3]] {
            assert_eq!(server.browser().follow(link).await.status, 410);
        }
        let members = agents::members(server.store(), &server.desk).await.expect("they are read");
        assert_eq!(members.len(), 2);
        for link in ["/invitation?token=x", "/invitation", "/invitation?token="] {
            let page = server.browser().get(link).await;
            assert!(page.status == 410 || page.location() == "/invitation", "{link}");
        }
    }

    async fn of_several_concurrent_acceptances_one_succeeds(database: Database) {
        let server = Server::start(database).await;
        server.agent(OWNER, Role::Owner).await;
        let mut owner = server.signed_in(OWNER).await;
        let link = shown_link(&invite(&mut owner, &server.desk, CEO, "copy").await.shown());
        let second = server.second_instance().await;
        let (mut one, mut other) = (server.browser(), Browser::new(&second.url));
        let pages = (one.follow(&link).await.shown(), other.follow(&link).await.shown());
        let fields = (account_of("One", NEW), account_of("Other", PASSWORD));
        let (one, other) = tokio::join!(
            one.submit_link_form(&pages.0, "/invitation", &fields.0),
            other.submit_link_form(&pages.1, "/invitation", &fields.1),
        );
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410]);
        let members = agents::members(server.store(), &server.desk).await.expect("they are read");
        assert_eq!(members.iter().filter(|member| member.account.email == CEO).count(), 1);
    }

    async fn a_sign_in_that_checked_the_former_password_begins_no_session(database: Database) {
        let (server, sink) = server(database).await;
        let trap = trap(&server).await;
        let email = CanonicalEmail::parse(CEO).expect("it is an e-mail");
        let agents::Credentials { account, password: former } = agents::by_email(server.store(), &email).await.expect("it is read").expect("it is there");
        let mut owner = server.signed_in(OWNER).await;
        invite(&mut owner, &server.desk, CEO, "mail").await.location();
        let mut ceo = server.browser();
        let page = ceo.follow(&mailed_link(&server, &sink).await).await.shown();
        let leave = format!("leave {}", trap.desk);
        let fields = [&account_of("Carla", NEW)[..], &[("desk", &*leave)]].concat();
        ceo.submit_link_form(&page, "/invitation", &fields).await.location();
        let now = server.instance.app.clock.now();
        let begun = sessions::begin(server.store(), &account.id, &former, now).await;
        assert!(matches!(begun, Err(SessionError::Ended)));
        let passwords = &server.instance.app.passwords;
        let another = passwords.choose("another long way home", Known::new([])).await.expect("it is hashed");
        let changed = ticket_center::accounts::change_password(server.store(), &account.id, &former, &another, now).await;
        assert!(matches!(changed, Err(SessionError::Ended)));
        assert_eq!(server.browser().sign_in(CEO, NEW).await.location(), "/");
    }

    async fn inviting_gives_the_same_response_for_every_address(database: Database) {
        let (server, _) = server(database).await;
        let other = server.other_desk().await;
        server.agent_at(&other, CEO, Role::Agent).await;
        let mut owner = server.signed_in(OWNER).await;
        let passwords = &server.instance.app.passwords;
        let mut responses = Vec::new();
        for email in [CEO, "new@acme.example"] {
            let checks = passwords.checks();
            let page = invite(&mut owner, &server.desk, email, "mail").await;
            assert_eq!(passwords.checks(), checks);
            let mut headers: Vec<_> = page.headers.iter()
                .filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"))
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default()))
                .collect();
            headers.sort();
            responses.push((page.status, headers, page.text));
        }
        assert_eq!(responses[0], responses[1]);
    }

    async fn an_agent_who_is_no_longer_an_owner_has_no_pending_invitations(database: Database) {
        let server = Server::start(database).await;
        server.agent(OWNER, Role::Owner).await;
        let second = server.agent("second@acme.example", Role::Owner).await;
        let mut leaving = server.signed_in("second@acme.example").await;
        let link = shown_link(&invite(&mut leaving, &server.desk, CEO, "copy").await.shown());
        let mut owner = server.signed_in(OWNER).await;
        let demote = server.path(&format!("agents/{second}/role"));
        owner.submit("/account", &demote, &[("role", "agent")]).await.location();
        assert_eq!(server.browser().follow(&link).await.status, 410);
        let link = shown_link(&invite(&mut owner, &server.desk, CEO, "copy").await.shown());
        let mut ceo = server.browser();
        let page = ceo.follow(&link).await.shown();
        ceo.submit_link_form(&page, "/invitation", &account_of("Carla", NEW)).await.location();
        assert_eq!(invite(&mut owner, &server.desk, CEO, "copy").await.status, 422);
    }

    async fn invitations_to_one_mailbox_are_limited(database: Database) {
        let (server, _) = server(database).await;
        let mut owner = server.signed_in(OWNER).await;
        for _ in 0..5 {
            invite(&mut owner, &server.desk, CEO, "mail").await.location();
        }
        let rejected = invite(&mut owner, &server.desk, CEO, "mail").await;
        assert_eq!(rejected.status, 429);
        let rows = sqlx::query("SELECT id FROM account_mails").fetch_all(server.store().readers()).await;
        assert_eq!(rows.expect("they are read").len(), 1, "an invitation has one mail");
        for number in 0..25 {
            invite(&mut owner, &server.desk, &format!("a{number}@acme.example"), "copy").await.shown();
        }
        let rejected = invite(&mut owner, &server.desk, "one-more@acme.example", "copy").await;
        assert_eq!(rejected.status, 429);
    }

    async fn accepting_while_the_invitation_is_withdrawn_has_one_consistent_result(database: Database) {
        let server = Server::start(database).await;
        server.agent(OWNER, Role::Owner).await;
        let mut owner = server.signed_in(OWNER).await;
        for round in 0..4 {
            let email = format!("agent{round}@acme.example");
            let link = shown_link(&invite(&mut owner, &server.desk, &email, "copy").await.shown());
            let now = server.instance.app.clock.now();
            let pending = accounts::pending(server.store(), &server.desk, now).await.expect("they are read");
            let id = pending.into_iter().find(|pending| pending.email == email).expect("it is pending").id;
            let mut holder = server.browser();
            let page = holder.follow(&link).await.shown();
            let fields = account_of("New", NEW);
            let (accepted, withdrawn) = tokio::join!(
                holder.submit_link_form(&page, "/invitation", &fields),
                accounts::withdraw(server.store(), &server.desk, &id),
            );
            let is_in = is_member(&server, &server.desk, &email).await;
            assert_eq!(is_in, accepted.status == 303, "{}", accepted.text);
            assert_eq!(is_in, withdrawn.is_err());
            assert!(is_in || accepted.status == 410, "{}", accepted.status);
        }
    }

    async fn only_owners_of_the_desk_change_its_invitations(database: Database) {
        let (server, _) = server(database).await;
        let other = server.other_desk().await;
        server.agent_at(&other, EVE, Role::Owner).await;
        let mut owner = server.signed_in(OWNER).await;
        let link = shown_link(&invite(&mut owner, &server.desk, CEO, "copy").await.shown());
        let now = server.instance.app.clock.now();
        let pending = accounts::pending(server.store(), &server.desk, now).await.expect("they are read");
        let mut eve = server.signed_in(EVE).await;
        for act in ["mail", "copy", "withdraw"] {
            let path = format!("/desks/{other}/invitations/{}/{act}", pending[0].id);
            assert_eq!(eve.submit("/account", &path, &[]).await.status, 409, "{act}");
            let path = server.path(&format!("invitations/{}/{act}", pending[0].id));
            assert_eq!(eve.submit("/account", &path, &[]).await.status, 404, "{act}");
        }
        server.browser().follow(&link).await.shown();
    }

    async fn two_instances_send_a_mail_with_a_link_once(database: Database) {
        let (server, sink) = server(database).await;
        let second = server.second_instance().await;
        let mut owner = server.signed_in(OWNER).await;
        for number in 0..5 {
            invite(&mut owner, &server.desk, &format!("agent{number}@acme.example"), "mail").await.location();
        }
        let (one, other) = tokio::join!(run_due(&server.instance.app), run_due(&second.app));
        assert_eq!(one.expect("it runs") + other.expect("it runs"), 5);
        assert_eq!(sink.mails().len(), 5);
    }

    async fn a_mail_whose_server_stopped_is_doubtful_and_not_sent_automatically(database: Database) {
        let (server, sink) = server(database).await;
        let mut owner = server.signed_in(OWNER).await;
        invite(&mut owner, &server.desk, CEO, "mail").await.location();
        sqlx::query("UPDATE account_mails SET state = 'sending', lease = 'of a server that stopped'")
            .execute(server.store().readers())
            .await
            .expect("it is written");
        assert_eq!(run_due(&server.instance.app).await.expect("it runs"), 0);
        let page = owner.get(&server.path("agents")).await.shown();
        assert!(page.has("Mail uncertain: the server stopped"), "{}", page.text);
        server.clock.advance(24 * 60 * 60);
        assert_eq!(run_due(&server.instance.app).await.expect("it runs"), 0);
        assert!(sink.mails().is_empty());
    }
}
