//! The operator's tasks: checking, backing up, monitoring.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use clap::Parser as _;
use serde_json::Value;
use ticket_center::agents;
use ticket_center::command::Arguments;
use ticket_center::config::Config;
use ticket_center::conversations::{Sending, Writing};
use ticket_center::http;
use ticket_center::ids::DeskId;
use ticket_center::store::Store;

use crate::dashboard::browser::{Browser, PASSWORD};
use crate::durability::{every_message, write};
use crate::program::{Program, program};
use crate::server::{Customer, Database, Server, on_both_databases};
use crate::waiting::{client, until};

fn error_text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_contains_all_acknowledged_data_while_writes_continue() {
    let (mut program, customer) = program(Database::Sqlite).await;
    let serving = program.serve();
    let customer = Customer { url: serving.url.clone(), ..customer };
    let (acknowledged, count) = (Arc::<Mutex<_>>::default(), Arc::new(AtomicUsize::new(0)));
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let written = write(customer.clone(), Arc::clone(&acknowledged), Arc::clone(&count));
            tokio::spawn(written)
        })
        .collect();
    until("100 messages are acknowledged", async || count.load(Ordering::SeqCst) >= 100).await;
    let before = acknowledged.lock().expect("the task did not panic").clone();
    let original = program.database.url.trim_start_matches("sqlite:").to_owned();
    let copy = format!("{original}.backup");
    assert_eq!(program.stdout(&["backup", &copy]), copy);
    let after = count.load(Ordering::SeqCst);
    until("20 more are acknowledged", async || count.load(Ordering::SeqCst) >= after + 20).await;
    let mode = std::fs::metadata(&copy).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = program.output(&["backup", &copy]);
    assert!(!again.status.success() && error_text(&again).contains("Choose another path"));
    drop(serving);
    for writer in writers {
        writer.await.expect("the task did not panic");
    }
    program.database.url = format!("sqlite:{copy}");
    let serving = program.serve();
    let customer = Customer { url: serving.url.clone(), client: client(), ..customer };
    let kept = every_message(&customer).await;
    let lost: Vec<_> = before.difference(&kept).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[tokio::test]
async fn a_backup_of_postgresql_is_left_to_its_own_tool() {
    let (program, _) = program(Database::Postgres).await;
    let output = program.output(&["backup", "/nowhere/desk.dump"]);
    assert!(!output.status.success());
    let expected = "pg_dump --format=custom --file=/nowhere/desk.dump \"$DATABASE_URL\"";
    assert!(error_text(&output).contains(expected), "{}", error_text(&output));
}

#[tokio::test]
async fn a_backup_without_a_database_leaves_no_file() {
    let (mut program, _) = program(Database::Sqlite).await;
    let original = program.database.url.trim_start_matches("sqlite:").to_owned();
    let absent = format!("{original}.absent");
    program.database.url = format!("sqlite:{absent}");
    let copy = format!("{original}.backup");
    let output = program.output(&["backup", &copy]);
    assert!(error_text(&output).contains("There is no database at"), "{}", error_text(&output));
    std::fs::write(&absent, "this is no database").expect("it is written");
    let output = program.output(&["backup", &copy]);
    assert!(error_text(&output).contains("could not be copied"), "{}", error_text(&output));
    assert!(!std::fs::exists(&copy).expect("it can be asked"));
}

#[tokio::test]
async fn checking_creates_nothing() {
    let (mut program, _) = program(Database::Sqlite).await;
    assert!(program.output(&["serve", "--check"]).status.success());
    let absent = format!("{}.absent", program.database.url);
    program.database.url.clone_from(&absent);
    let output = program.output(&["serve", "--check"]);
    assert!(output.status.success(), "{}", error_text(&output));
    assert!(error_text(&output).contains("does not exist yet. `ticket-center serve` creates it"));
    assert!(!std::fs::exists(absent.trim_start_matches("sqlite:")).expect("it can be asked"));
    program.database.url = format!("{absent}/folder/desk.db");
    assert!(!program.output(&["serve", "--check"]).status.success());
}

#[tokio::test]
async fn checking_decrypts_every_secret() {
    let (mut program, _) = program(Database::Sqlite).await;
    let key = program.stdout(&["key", "generate"]);
    program.set("TICKET_CENTER_KEYS", &format!("another:{key}"));
    let output = program.output(&["serve", "--check"]);
    assert!(!output.status.success());
    let error = error_text(&output);
    assert!(
        error.contains("which is not in keys or keys_file") && !error.contains(&key),
        "{error}"
    );
}

#[tokio::test]
async fn a_command_that_needs_a_desk_creates_no_database() {
    let (mut program, _) = program(Database::Sqlite).await;
    let absent = format!("{}.absent", program.database.url);
    program.database.url.clone_from(&absent);
    let list = ["secret", "list", "--desk", "desk-1"];
    let invite =
        ["agent", "create", "--desk", "desk-1", "--email", "a@acme.example", "--role", "agent"];
    for arguments in [&["desk", "list"][..], &list, &["secret", "rekey"], &invite] {
        let output = program.output(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(error_text(&output).contains("There is no database at"), "{arguments:?}");
        assert!(!std::fs::exists(absent.trim_start_matches("sqlite:")).expect("it can be asked"));
    }
}

#[tokio::test]
async fn checking_reads_the_mail_server_too() {
    let (mut program, _) = program(Database::Sqlite).await;
    program.set("TICKET_CENTER_SMTP_URL", "smtp://mailer:hunter2@mail.example.com");
    let output = program.output(&["serve", "--check"]);
    assert!(!output.status.success() && error_text(&output).contains("mail_from"));
    assert!(!error_text(&output).contains("hunter2"));
    program.set("TICKET_CENTER_MAIL_FROM", "support@example.com");
    assert!(program.output(&["serve", "--check"]).status.success());
}

/// Runs the command with a password on its standard input.
fn given(program: &Program, arguments: &[&str], password: &str) -> Output {
    let mut child = program
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("it is piped");
    writeln!(input, "{password}").expect("it is read");
    drop(input);
    child.wait_with_output().expect("it ends")
}

on_both_databases! {
    async fn the_commands_lead_to_an_owner_who_is_signed_in(database: Database) {
        let (program, _) = program(database).await;
        let desk = program.stdout(&["desk", "create", "Acme"]);
        assert!(program.stdout(&["desk", "list"]).contains(&format!("{desk}  Acme")));
        let create = ["agent", "create", "--desk", &desk, "--role", "owner"];
        let with = |more: &[&'static str]| create.iter().copied().chain(more.to_vec()).collect::<Vec<_>>();
        let first = program.stdout(&with(&["--email", "Ada@example.com"]));
        let link = program.stdout(&with(&["--email", "ada@example.com", "--name", "Ada"]));
        let serving = program.serve();
        let mut ada = Browser::new(&serving.url);
        assert_eq!(ada.follow(&first).await.status, 410, "the second invitation ended the first");
        let page = ada.follow(&link).await.shown();
        let fields = [("name", "Ada"), ("new", PASSWORD), ("again", PASSWORD)];
        let inbox = format!("/desks/{desk}/inbox");
        assert_eq!(ada.submit_link_form(&page, "/invitation", &fields).await.location(), inbox);
        ada.get(&format!("/desks/{desk}/agents")).await.shown();
        assert_eq!(Browser::new(&serving.url).sign_in("ada@example.com", PASSWORD).await.location(), "/");
        let again = program.output(&with(&["--email", "ada@example.com"]));
        assert!(!again.status.success() && error_text(&again).contains("already a member of the desk"));
        let unknown = ["agent", "create", "--desk", "none", "--email", "grace@example.com", "--role", "agent"];
        let unknown = program.output(&unknown);
        assert!(!unknown.status.success() && error_text(&unknown).contains("no desk with this id"));
        let mail = program.output(&with(&["--email", "grace@example.com", "--mail"]));
        assert!(!mail.status.success() && error_text(&mail).contains("Mail is not set up"));
    }

    async fn inviting_an_address_by_the_command_prints_the_same_with_and_without_an_account(database: Database) {
        let (program, customer) = program(database).await;
        let desk = customer.credentials["helpdeskId"].as_str().expect("it is a text").to_owned();
        let other = program.stdout(&["desk", "create", "Other"]);
        given(&program, &["agent", "create", "--desk", &other, "--email", "known@example.com", "--name", "Known",
            "--role", "agent", "--stdin"], PASSWORD);
        let invited = ["known@example.com", "fresh@example.com"].map(|email| {
            let output = program.output(&["agent", "create", "--desk", &desk, "--email", email, "--role", "agent"]);
            let link = String::from_utf8(output.stdout.clone()).expect("it is text");
            let (path, _) = link.split_once('=').expect("it has a token");
            (output.status.success(), path.to_owned(), error_text(&output).replace(email, ""))
        });
        assert_eq!(invited[0], invited[1]);
        let store = Store::open(&program.database.url, 2).await.expect("it opens");
        let desk = DeskId::parse(&desk).expect("it is an id");
        assert!(agents::members(&store, &desk).await.expect("they are read").is_empty());
        let taken = given(&program, &["agent", "create", "--desk", desk.as_str(), "--email", "known@example.com",
            "--name", "Eve", "--role", "owner", "--stdin"], "staple of many purple herons");
        assert!(taken.status.success() && error_text(&taken).contains("is invited"), "{}", error_text(&taken));
        assert!(agents::members(&store, &desk).await.expect("they are read").is_empty());
        store.close().await;
        let serving = program.serve();
        let mut known = Browser::new(&serving.url);
        assert_eq!(known.sign_in("known@example.com", PASSWORD).await.location(), "/", "the password stays");
    }

    async fn secrets_are_listed_replaced_and_revoked_by_the_command(database: Database) {
        let (program, customer) = program(database).await;
        let desk = customer.credentials["helpdeskId"].as_str().expect("it is a text").to_owned();
        let list = || -> Vec<(String, String)> {
            let listed = program.stdout(&["secret", "list", "--desk", &desk, "--format", "json"]);
            let listed: Vec<Value> = serde_json::from_str(&listed).expect("it is JSON");
            let text = |object: &Value, name: &str| object[name].as_str().expect("a text").to_owned();
            listed.iter().map(|secret| (text(secret, "id"), text(secret, "state"))).collect()
        };
        let rotate = |more: &[&str]| {
            let rotate = ["secret", "rotate", "--desk", &desk, "--purpose", "ticket-center"];
            program.output(&[&rotate[..], more].concat())
        };
        let states = |listed: &[(String, String)]| listed.iter().map(|it| it.1.clone()).collect::<Vec<_>>();
        let first = list()[0].0.clone();
        assert!(rotate(&["--replaces", &first]).status.success());
        let stale = rotate(&["--replaces", &first]);
        assert!(!stale.status.success() && stale.stdout.is_empty());
        assert!(error_text(&stale).contains("was replaced in the meantime"), "{}", error_text(&stale));
        assert!(rotate(&["--grace", "168h"]).status.success());
        program.stdout(&["secret", "rotate", "--desk", &desk, "--purpose", "portal"]);
        assert_eq!(states(&list()), ["current", "current", "previous", "previous"]);
        let revoked = program.output(&["secret", "revoke", "--desk", &desk, &first]);
        assert!(revoked.status.success(), "{}", error_text(&revoked));
        assert_eq!(states(&list()), ["current", "current", "previous", "revoked"]);
        let (current, portal) = (list()[1].0.clone(), list()[0].0.clone());
        let rejected = program.output(&["secret", "revoke", "--desk", &desk, &current]);
        assert!(!rejected.status.success() && error_text(&rejected).contains("This is the current secret"));
        let issued = rotate(&["--grace", "0s"]);
        let issued = String::from_utf8(issued.stdout).expect("it is text").trim_end().to_owned();
        assert_eq!(states(&list()), ["current", "current", "revoked", "revoked", "revoked"]);
        let table = program.stdout(&["secret", "list", "--desk", &desk, "--purpose", "portal"]);
        let lines: Vec<_> = table.lines().collect();
        let words: Vec<_> = lines[1].split_whitespace().collect();
        assert_eq!(lines[0].split("  ").map(str::trim).filter(|it| !it.is_empty()).collect::<Vec<_>>(),
            ["ID", "PURPOSE", "STATE", "CREATED", "LAST USED", "EXPIRES"]);
        assert_eq!((lines.len(), words[0], words[1], words[2]), (2, portal.as_str(), "portal", "current"));
        let all = program.stdout(&["secret", "list", "--desk", &desk]);
        assert!(issued.starts_with("dsk_secret_") && !all.contains("dsk_secret_"));
        for command in [&["secret", "list", "--desk", "none"][..], &["secret", "revoke", "--desk", "none", &current]] {
            let unknown = program.output(command);
            assert!(!unknown.status.success() && error_text(&unknown).contains("no desk with this id"));
        }
    }

    async fn a_password_can_be_given_and_is_checked(database: Database) {
        let (program, customer) = program(database).await;
        let desk = customer.credentials["helpdeskId"].as_str().expect("it is a text");
        let create = ["agent", "create", "--desk", desk, "--email", "ada@example.com", "--name",
            "Ada", "--role", "agent", "--stdin"];
        for (password, sentence) in [("too short", "at least 12"), ("123456789012", "easy to guess"),
            ("ada@example.com", "easy to guess")] {
            let rejected = given(&program, &create, password);
            assert!(!rejected.status.success() && error_text(&rejected).contains(sentence), "{password}");
        }
        let taken = given(&program, &create, PASSWORD);
        assert!(taken.status.success() && taken.stdout.is_empty(), "{}", error_text(&taken));
        let serving = program.serve();
        let mut ada = Browser::new(&serving.url);
        assert_eq!(ada.sign_in("ada@example.com", PASSWORD).await.location(), "/");
    }

    async fn health_checks_that_succeed_are_not_logged(database: Database) {
        let (program, customer) = program(database).await;
        let serving = program.serve();
        let get = async |path: &str| {
            let response = client().get(format!("{}{path}", serving.url)).send().await.expect("a response");
            response.status().as_u16()
        };
        for _ in 0..3 {
            assert_eq!((get("/healthz").await, get("/readyz").await), (200, 200));
        }
        assert_eq!(get("/sign-in").await, 200);
        let post = customer.client.post(format!("{}/readyz", serving.url)).send().await;
        assert_eq!(post.expect("a response").status().as_u16(), 405);
        let (_, log) = serving.stop();
        let of = |text: &str| log.iter().filter(|line| line.contains(text)).count();
        assert_eq!((of("\"path\":\"/healthz\""), of("\"path\":\"/readyz\"")), (0, 1), "{log:?}");
        assert_eq!(of("\"path\":\"/sign-in\""), 1, "{log:?}");
    }

    async fn the_operator_resets_a_password(database: Database) {
        let (program, customer) = program(database).await;
        let desk = customer.credentials["helpdeskId"].as_str().expect("it is a text");
        let create = ["agent", "create", "--desk", desk, "--email", "ada@example.com", "--name",
            "Ada", "--role", "agent", "--stdin"];
        assert!(given(&program, &create, PASSWORD).status.success());
        let serving = program.serve();
        let mut before = Browser::new(&serving.url);
        before.sign_in("ada@example.com", PASSWORD).await.location();
        let reset = ["agent", "reset", "--email", "ada@example.com"];
        let link = program.stdout(&reset);
        before.get("/account").await.shown();
        let mut ada = Browser::new(&serving.url);
        let page = ada.follow(&link).await.shown();
        let chosen = "staple of many purple herons";
        let fields = [("new", chosen), ("again", chosen)];
        assert_eq!(ada.submit_link_form(&page, "/recovery", &fields).await.location(), "/");
        assert!(before.get("/account").await.location().starts_with("/sign-in"));
        assert!(ada.get("/account").await.shown().has("not confirmed yet"), "an operator's link proves nothing");
        let weak = given(&program, &[&reset[..], &["--stdin"]].concat(), "passwordpassword");
        assert!(!weak.status.success() && error_text(&weak).contains("easy to guess"));
        let set = given(&program, &[&reset[..], &["--stdin"]].concat(), "lamp oil and north wind");
        assert!(set.status.success(), "{}", error_text(&set));
        assert_eq!(ada.sign_in("ada@example.com", "lamp oil and north wind").await.location(), "/");
        assert_eq!(ada.get("/").await.location(), "/account", "it has to be changed");
        let unknown = program.output(&["agent", "reset", "--email", "nobody@example.com"]);
        assert!(!unknown.status.success() && error_text(&unknown).contains("no account"));
    }

    async fn metrics_count_responses_rejections_and_waiting_mails(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("Cannot log in").await;
        ada.with("email", "eve@example.com").verify().await;
        for path in ["/one", "/two"] {
            ada.client.get(format!("{}{path}", ada.url)).send().await.expect("a response");
        }
        let delayed = Writing::Reply(Sending::Delayed);
        server.write_as_agent(&conversation, delayed, "Please try again.").await;
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let serving = tokio::spawn(http::serve_metrics(Arc::clone(&server.instance.app), listener));
        let metrics = client().get(format!("http://{address}/metrics")).send().await.expect("a response");
        let page = metrics.text().await.expect("it is text");
        serving.abort();
        let version = env!("CARGO_PKG_VERSION");
        for line in [
            &format!("ticket_center_build_info{{version=\"{version}\"}} 1"),
            "ticket_center_requests_total{route=\"/api/messaging/ticket-center/message\",status=\"201\"} 1",
            "ticket_center_requests_total{route=\"/api/messaging/ticket-center/verify\",status=\"401\"} 1",
            "ticket_center_requests_total{route=\"\",status=\"404\"} 2",
            "ticket_center_refusals_total{code=\"signature_mismatch\"} 1",
            "ticket_center_notifications{state=\"waiting\"} 1",
            "ticket_center_notifications{state=\"doubtful\"} 0",
        ] {
            assert!(page.lines().any(|other| other == line), "{line} in {page}");
        }
        for name in ["ticket_center_request_duration_seconds_bucket", "process_resident_memory_bytes"] {
            assert!(page.contains(name), "{name} in {page}");
        }
        assert!(!page.contains("example.com"));
    }

    async fn metrics_are_not_served_at_the_public_address(database: Database) {
        let server = Server::start(database).await;
        let url = format!("{}/metrics", server.instance.url);
        assert_eq!(client().get(url).send().await.expect("a response").status().as_u16(), 404);
    }
}

/// Returns the example configuration, and the same with every commented-out setting enabled.
fn example() -> (String, String) {
    let text = include_str!("../../deploy/ticket-center.toml").to_owned();
    let is_setting = |line: &str| {
        let name = line.split(" = ").next().unwrap_or_default();
        line.contains(" = ") && name.chars().all(|letter| letter == '_' || letter.is_lowercase())
    };
    let all = text.lines().map(|line| match line.strip_prefix("# ") {
        // The example enables the setting for SQLite already.
        Some(setting) if is_setting(setting) && !setting.starts_with("database_url") => setting,
        _ => line,
    });
    let all = all.collect::<Vec<_>>().join("\n");
    (text, all)
}

fn config_of(text: &str) -> Config {
    let file = tempfile::NamedTempFile::new().expect("there is room");
    std::fs::write(file.path(), text).expect("it is written");
    Config::read(Some(file.path()), HashMap::new()).expect("it is a configuration")
}

#[test]
fn the_example_configuration_shows_every_setting_and_its_default() {
    let (text, all) = example();
    assert!(config_of(&text).mailer().expect("it is good").is_none());
    let all_set = config_of(&all);
    assert!(all_set.mailer().expect("it is good").is_some());
    let defaults = Config::default();
    let numbers = |config: &Config| {
        let shown = format!("{config:?}");
        let is_number = |part: &&str| part.bytes().any(|byte| byte.is_ascii_digit());
        let fields =
            shown.split(", ").filter(|part| part.contains("_per_") || part.contains("_seconds"));
        fields.filter(is_number).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&all_set), numbers(&defaults));
    assert_eq!(all_set.notify_after, defaults.notify_after);
    assert_eq!(all_set.database_connections, defaults.database_connections);
    assert_eq!(all_set.listen, defaults.listen);
    for name in setting_names() {
        let is_shown = |line: &str| line.split(" = ").next() == Some(name.as_str());
        assert!(all.lines().any(is_shown) || text.contains(&format!("# {name} = ")), "{name}");
    }
}

/// Returns the names of all settings, which the error about an unknown setting lists.
fn setting_names() -> Vec<String> {
    let variables = HashMap::from([("TICKET_CENTER_UNKNOWN".to_owned(), "x".to_owned())]);
    let error = Config::read(None, variables).expect_err("it is unknown").to_string();
    let names: Vec<_> = error.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert!(names.len() > 10, "{error}");
    names
}

#[test]
fn the_commands_that_the_readme_shows_exist() {
    let readme = include_str!("../../README.md");
    let commands: Vec<_> = readme
        .lines()
        .filter_map(|line| line.find("ticket-center ").map(|at| &line[at..]))
        .filter(|command| command.split(' ').nth(1).is_some_and(|word| SUBCOMMANDS.contains(&word)))
        .map(|command| command.split(['`', ')']).next().unwrap_or(command).replace('"', ""))
        .collect();
    assert!(commands.len() >= 6, "{commands:?}");
    for command in commands {
        let parsed = Arguments::try_parse_from(command.split_whitespace());
        assert!(parsed.is_ok(), "{command}");
    }
}

const SUBCOMMANDS: [&str; 7] = ["serve", "migrate", "desk", "agent", "secret", "key", "backup"];

#[tokio::test]
async fn the_former_demo_command_says_where_the_demo_is_now() {
    let (program, _) = program(Database::Sqlite).await;
    for arguments in [&["demo"][..], &["demo", "--no-open", "--port", "8080"]] {
        let output = program.output(arguments);
        assert!(!output.status.success());
        assert!(error_text(&output).contains("Run `cargo xtask demo`"), "{}", error_text(&output));
    }
}

#[tokio::test]
async fn names_and_paths_do_not_steer_the_terminal() {
    let (program, _) = program(Database::Sqlite).await;
    let name = "x\nFORGED: all is good\r\u{1B}[2A\u{9B}2J\u{202E}";
    let shown = "x\\nFORGED: all is good\\r\\u{1b}[2A\\u{9b}2J\\u{202e}";
    let copy = format!("{}.{name}", program.database.url.trim_start_matches("sqlite:"));
    std::fs::write(&copy, "something is there already").expect("it is written");
    let cases: [&[&str]; 3] =
        [&["backup", &copy], &[name], &["secret", "rotate", "--desk", name, "--purpose", "portal"]];
    for arguments in cases {
        let output = program.command(arguments).env("CLICOLOR_FORCE", "1").output();
        let told = error_text(&output.expect("it runs"));
        assert!(told.contains(shown), "{told:?}");
        assert!(!told.contains(['\r', '\u{9B}', '\u{202E}']) && !told.contains("\u{1B}[2A"));
        assert!(!told.lines().any(|line| line.starts_with("FORGED")), "{told:?}");
    }
}
