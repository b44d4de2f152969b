//! Secrets: rotation, revocation, separate purposes, and encryption.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use sqlx::Connection as _;
use ticket_center::clock::Moment;
use ticket_center::desks::{self, DeskName};
use ticket_center::secrets::{self, Grace, NewSecret, Purpose, Replaces, Rotation, SecretError};
use ticket_center::vault::Keyring;

use crate::server::{Database, Instance, START, Server, on_both_databases};

const DAY: i64 = 24 * 60 * 60;

fn no_grace() -> Grace {
    Grace::new(Duration::ZERO).expect("it is short")
}

on_both_databases! {
    async fn a_replaced_secret_stays_active_for_its_grace_on_every_instance(database: Database) {
        let server = Server::start(database).await;
        let second = server.second_instance().await;
        let old = server.customer("ada@example.com");
        let contact = old.verify().await.done()["contact"].clone();
        old.at(&second).verify().await.done();
        let issued = server.rotate(Grace::default()).await;
        assert_eq!(issued.previous_expires_at, Some(START + DAY));
        let new = server.customer_with("ada@example.com", issued.shown());
        assert_eq!(new.at(&second).verify().await.done()["contact"], contact);
        server.clock.advance(DAY - 1);
        old.verify().await.done();
        old.at(&second).verify().await.done();
        server.clock.advance(1);
        assert_eq!(old.verify().await.error(), (401, "signature_mismatch"));
        assert_eq!(old.at(&second).verify().await.error(), (401, "signature_mismatch"));
        new.verify().await.done();
    }

    async fn rotating_twice_within_the_grace_keeps_all_three(database: Database) {
        let server = Server::start(database).await;
        let first = server.customer("ada@example.com");
        let second = server.rotate(Grace::default()).await;
        server.clock.advance(60);
        let third = server.rotate(Grace::default()).await;
        let second = server.customer_with("ada@example.com", second.shown());
        let third = server.customer_with("ada@example.com", third.shown());
        for customer in [&first, &second, &third] {
            customer.verify().await.done();
        }
        server.clock.advance(DAY - 60);
        assert_eq!(first.verify().await.error(), (401, "signature_mismatch"));
        second.verify().await.done();
        server.clock.advance(60);
        assert_eq!(second.verify().await.error(), (401, "signature_mismatch"));
        third.verify().await.done();
    }

    async fn a_revoked_secret_is_invalid_at_once_on_every_instance_and_permanently(database: Database) {
        let server = Server::start(database).await;
        let second = server.second_instance().await;
        let old = server.customer("ada@example.com");
        server.rotate(Grace::default()).await;
        old.at(&second).verify().await.done();
        let (desk, id) = (&server.desk, &server.secret.id);
        let now = server.instance.app.clock.now();
        secrets::revoke(server.store(), desk, None, id, now).await.expect("it is revoked");
        assert_eq!(old.verify().await.error(), (401, "signature_mismatch"));
        assert_eq!(old.at(&second).verify().await.error(), (401, "signature_mismatch"));
        server.clock.advance(-DAY);
        assert_eq!(old.verify().await.error(), (401, "signature_mismatch"));
        let again = secrets::revoke(server.store(), desk, None, id, now).await;
        assert!(matches!(again, Err(SecretError::SecretUnknown)));
    }

    async fn rotating_without_grace_leaves_nothing_of_the_old_secret(database: Database) {
        let server = Server::start(database).await;
        let old = server.customer("ada@example.com");
        server.rotate(no_grace()).await;
        server.clock.advance(-10);
        assert_eq!(old.verify().await.error(), (401, "signature_mismatch"));
    }

    async fn rotating_without_grace_ends_every_older_secret_of_the_purpose(database: Database) {
        let server = Server::start(database).await;
        let portal = crate::server::rotate(&server.instance, &server.desk, Purpose::Portal, Grace::default()).await;
        let week = Grace::new(Duration::from_hours(7 * 24)).expect("it is short");
        let first = server.customer("ada@example.com");
        let second = server.customer_with("ada@example.com", server.rotate(week).await.shown());
        server.clock.advance(60);
        let third = server.customer_with("ada@example.com", server.rotate(no_grace()).await.shown());
        for ended in [&first, &second] {
            assert_eq!(ended.verify().await.error(), (401, "signature_mismatch"));
        }
        third.verify().await.done();
        let records = secrets::list(server.store(), &server.desk).await.expect("a list");
        let ended = records.iter().filter(|record| record.revoked_at.is_some()).count();
        assert_eq!((records.len(), ended), (4, 2));
        assert!(records.iter().any(|record| record.id == portal.id && record.revoked_at.is_none()));
        server.clock.advance(-10 * DAY);
        assert_eq!(second.verify().await.error(), (401, "signature_mismatch"));
    }

    async fn the_current_secret_cannot_be_revoked_and_one_of_another_desk_is_unknown(database: Database) {
        let server = Server::start(database).await;
        let now = server.instance.app.clock.now();
        let (desk, id) = (&server.desk, &server.secret.id);
        let current = secrets::revoke(server.store(), desk, None, id, now).await;
        assert!(matches!(current, Err(SecretError::StillCurrent)));
        let name = DeskName::parse("Other").expect("it is a name");
        let other = desks::create(server.store(), &name, now).await.expect("a desk");
        let foreign = secrets::revoke(server.store(), &other, None, id, now).await;
        assert!(matches!(foreign, Err(SecretError::SecretUnknown)));
        server.customer("ada@example.com").verify().await.done();
    }

    async fn each_purpose_has_its_own_secrets(database: Database) {
        let server = Server::start(database).await;
        let app = &server.instance.app;
        let now = app.clock.now();
        let give = async |purpose, text: &str| {
            let (new, replaces) = (NewSecret::Given(text), Replaces::Current);
            let new = Rotation { desk: &server.desk, purpose, new, replaces, grace: no_grace() };
            secrets::rotate(&app.store, &app.keyring, new, now).await
        };
        let shared = give(Purpose::Portal, server.secret.shown()).await;
        assert!(matches!(shared, Err(SecretError::InUse)));
        let own = "hdh_secret_in-use-elsewhere-already";
        give(Purpose::Portal, own).await.expect("it is taken");
        assert!(matches!(give(Purpose::TicketCenter, own).await, Err(SecretError::InUse)));
        assert!(matches!(give(Purpose::Portal, "changeme").await, Err(SecretError::Invalid(_))));
        let shared = give(Purpose::Identity, server.secret.shown()).await;
        assert!(matches!(shared, Err(SecretError::InUse)));
        // RFC 7518 wants 32 bytes for HS256; 31 are enough for signatures.
        let short = "hdh_secret_of-thirty-one-bytes-in-use-here";
        assert!(matches!(give(Purpose::Identity, short).await, Err(SecretError::Invalid(_))));
        give(Purpose::Portal, short).await.expect("it is long enough for links");
        let portal = server.customer_with("ada@example.com", own);
        assert_eq!(portal.verify().await.error(), (401, "signature_mismatch"));
        server.customer("ada@example.com").verify().await.done();
    }

    async fn rotations_at_once_leave_one_current_secret(database: Database) {
        let server = Server::start(database).await;
        let second = server.second_instance().await;
        let purpose = Purpose::TicketCenter;
        let rotate = |instance| crate::server::rotate(instance, &server.desk, purpose, Grace::default());
        tokio::join!(
            rotate(&server.instance), rotate(&second), rotate(&server.instance), rotate(&second)
        );
        let records = secrets::list(server.store(), &server.desk).await.expect("a list");
        assert_eq!(records.len(), 5);
        assert_eq!(records.iter().filter(|record| record.expires_at.is_none()).count(), 1);
        server.customer("ada@example.com").verify().await.done();
    }

    async fn the_last_use_is_written_for_the_secret_that_was_used(database: Database) {
        let server = Server::start(database).await;
        server.rotate(Grace::default()).await;
        server.clock.advance(30);
        server.customer("ada@example.com").verify().await.done();
        server.instance.app.desks.write_last_uses().await.expect("it is written");
        let records = secrets::list(server.store(), &server.desk).await.expect("a list");
        let used_at = |current: bool| {
            let mut records = records.iter();
            let record = records.find(|record| record.expires_at.is_none() == current);
            record.expect("there is one").last_used_at.map(Moment::unix_seconds)
        };
        assert_eq!((used_at(true), used_at(false)), (None, Some(START + 30)));
    }

    async fn secrets_are_encrypted_and_re_encrypted(database: Database) {
        let server = Server::start(database).await;
        let store = server.store();
        let encrypted = async || {
            sqlx::any::install_default_drivers();
            let url = server.config.database_url.expose_secret();
            let mut connection =
                sqlx::AnyConnection::connect(url).await.expect("it is reached");
            let row = sqlx::query_as("SELECT key_id, sealed FROM secrets").fetch_one(&mut connection);
            let row: (String, String) = row.await.expect("there is one secret");
            row
        };
        let (key_id, before) = encrypted().await;
        assert_eq!(key_id, "test");
        assert!(!before.contains(server.secret.shown()));
        let new_key = Keyring::generate_key().expect("randomness");
        let keys = format!("new:{},{}", new_key.as_str(), server.keys);
        let both = Keyring::parse(&keys).expect("the keys are good");
        assert_eq!(secrets::rekey(store, &both).await.expect("it is done"), 1);
        assert_eq!(secrets::rekey(store, &both).await.expect("it is done"), 0);
        assert_eq!(encrypted().await.0, "new");
        let new_alone = format!("new:{}", new_key.as_str());
        let clock = Arc::clone(&server.clock).into();
        let moved = Instance::start(server.config.clone(), &new_alone, clock).await;
        server.customer("ada@example.com").at(&moved).verify().await.done();
    }
}

#[test]
fn a_grace_is_at_most_thirty_days() {
    let day = Duration::from_hours(24);
    assert!(Grace::new(30 * day).is_ok());
    assert!(matches!(
        Grace::new(30 * day + Duration::from_secs(1)),
        Err(SecretError::GraceTooLong)
    ));
    assert!(matches!(Grace::new(Duration::MAX), Err(SecretError::GraceTooLong)));
}
