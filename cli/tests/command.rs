//! Runs the command as a script does: checks output, errors, exit codes, and the sources of secrets.

#![expect(clippy::disallowed_types, reason = "the command itself")]

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Not an example secret of the documentation, which is invalid in a variable.
const SECRET: &str = "a-secret-of-no-documentation";
const OLDER_SECRET: &str = "an-older-secret-of-no-documentation";
const TOKEN_SECRET: &str = "a-secret-of-identity-tokens-alone";

/// HMAC-SHA256 of `ada@example.com`, as OpenSSL prints it.
const SIGNATURE: &str = "9e3cbaa0d2d05ce9ae09fabd882161a5e81c5be1c1b8c88b2d7267cf5a711c34";

const LINK: &str = "https://help.company.com/submit-ticket?user_id=user-42&\
                    user_id_timestamp=1767225600&user_id_signature=\
                    54c0263395983e9cf669da1cf53f4b600aa8acafd27f8db01f413c96e42b66c4";

fn deskseal(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskseal"));
    command
        .args(arguments)
        .env_clear()
        .env("RUST_BACKTRACE", "1")
        .env("HELPDESKY_HMAC_SECRET", SECRET)
        .env("LETTERBOOK_PORTAL_TICKET_SECRET", SECRET)
        .env("DESKSEAL_IDENTITY_SECRET", TOKEN_SECRET)
        .env("OLDER", OLDER_SECRET);
    command
}

fn output(command: &mut Command) -> Output {
    let output = command.output().expect("the command runs");
    let all = [&output.stdout[..], &output.stderr].concat();
    let all = String::from_utf8_lossy(&all);
    let secrets = [SECRET, OLDER_SECRET, TOKEN_SECRET];
    assert!(!secrets.iter().any(|secret| all.contains(secret)), "a secret was printed: {all}");
    assert!(!all.contains("panicked") && !all.contains("backtrace"), "{all}");
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is text")
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("the output is JSON")
}

/// Runs the command, which must succeed, and returns its JSON.
fn done(arguments: &[&str]) -> Value {
    let output = output(deskseal(arguments).args(["--format", "json"]));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    json(&output.stdout)
}

/// Runs the command, which must fail, and returns its exit code and error code, which are the same in both
/// formats.
fn rejected(command: &mut Command) -> (i32, String) {
    let as_text = output(command);
    let as_json = output(command.args(["--format", "json"]));
    assert!(as_text.stdout.is_empty() && as_json.stdout.is_empty());
    assert_eq!(as_text.status, as_json.status);

    let error = &json(&as_json.stderr)["error"];
    let code = error["code"].as_str().expect("errors have a code").to_owned();
    assert!(!error["message"].as_str().expect("errors have a message").is_empty());
    assert!(code == "usage" || text(&as_text.stderr).contains(&format!("error[{code}]: ")));
    (as_json.status.code().expect("it was not ended by a signal"), code)
}

#[test]
fn sign_email_prints_the_canonical_email_and_the_signature_that_openssl_prints() {
    let signed = done(&["sign", "email", "  Ada@Example.com "]);
    assert_eq!(signed["email"], "ada@example.com");
    assert_eq!(signed["signature"], SIGNATURE);

    let output = output(&mut deskseal(&["sign", "email", "  Ada@Example.com "]));
    let expected = format!("email      ada@example.com\nsignature  {SIGNATURE}\n");
    assert_eq!(text(&output.stdout), expected);
}

#[test]
fn sign_link_prints_the_link_and_nothing_else() {
    let arguments = [
        "sign",
        "link",
        "--portal",
        "https://HELP.company.com/x",
        "--user-id",
        "user-42",
        "--timestamp",
        "1767225600",
    ];
    let output = output(&mut deskseal(&arguments));
    assert_eq!(text(&output.stdout), format!("{LINK}\n"));
    assert_eq!(done(&arguments)["link"], LINK);
}

#[test]
fn a_link_that_is_signed_now_verifies_now() {
    let portal = "https://help.company.com";
    let signed = done(&["sign", "link", "--portal", portal, "--user-id", "-42 & more"]);
    let link = signed["link"].as_str().expect("a link");
    let verified = done(&["verify", "link", link, "--portal", "help.company.com"]);
    assert_eq!(verified["user_id"], "-42 & more");
    assert_eq!(verified["timestamp"], signed["timestamp"]);
}

#[test]
fn verify_exits_with_0_for_a_valid_signature_and_with_1_and_a_code_for_any_other() {
    assert_eq!(done(&["verify", "email", "ADA@example.com", SIGNATURE])["secret_index"], 0);
    assert_eq!(done(&["verify", "link", LINK, "--now", "1767225900"])["user_id"], "user-42");

    let cases: [(&[&str], &str); 6] = [
        (&["verify", "email", "eve@example.com", SIGNATURE], "signature_mismatch"),
        (&["verify", "email", "ada@example.com", "abc"], "signature_malformed"),
        (&["verify", "email", "", SIGNATURE], "email_empty"),
        (&["verify", "link", LINK, "--now", "1767225901"], "timestamp_expired"),
        (&["verify", "link", LINK, "--now", "1767225299"], "timestamp_in_future"),
        (&["verify", "link", "https://help.company.com/?user_id=1"], "identity_incomplete"),
    ];
    for (arguments, code) in cases {
        assert_eq!(rejected(&mut deskseal(arguments)), (1, code.to_owned()), "{arguments:?}");
    }
}

/// A token with every option.
fn sign_token() -> Vec<&'static str> {
    "sign token --audience desk-1 --user-id user-42 --email Ada@Example.com --name Ada --attribute plan=pro \
     --attribute seats=5 --attribute is_admin=false --token-id token-1 --now 1767225600"
        .split(' ')
        .collect()
}

#[test]
fn sign_token_prints_a_token_that_verifies_with_all_that_was_signed() {
    let token = done(&sign_token())["token"].as_str().expect("a token").to_owned();
    let printed = output(&mut deskseal(&sign_token()));
    assert_eq!(text(&printed.stdout), format!("{token}\n"));

    let verify = ["verify", "token", &token, "--audience", "desk-1", "--now", "1767225601"];
    let verified = done(&verify);
    assert_eq!(verified["email"], "ada@example.com");
    assert_eq!(verified["user_id"], "user-42");
    assert_eq!(verified["name"], "Ada");
    let attributes = serde_json::json!({ "is_admin": false, "plan": "pro", "seats": 5 });
    assert_eq!(verified["attributes"], attributes);
    assert_eq!(verified["expires_at"], 1_767_226_200);
    let printed = text(&output(&mut deskseal(&verify)).stdout);
    assert!(printed.starts_with("verified user id  user-42\n"), "{printed}");
    assert!(
        printed.contains("\nattributes        {\"is_admin\":false,\"plan\":\"pro\",\"seats\":5}\n")
    );

    let verify = |audience, now| ["verify", "token", &token, "--audience", audience, "--now", now];
    let code = |arguments: [&str; 7]| rejected(&mut deskseal(&arguments));
    let rejection = |code: &str| (1, code.to_owned());
    assert_eq!(code(verify("desk-2", "1767225601")), rejection("identity_token_audience"));
    assert_eq!(code(verify("desk-1", "1767226200")), rejection("identity_token_expired"));
}

#[test]
fn an_unverified_email_alone_makes_no_token() {
    let sign = ["sign", "token", "--audience", "desk-1", "--email", "ada@example.com"];
    done(&sign);
    let unverified = [&sign[..], &["--email-unverified"]].concat();
    let error = (2, "identity_token_claim".to_owned());
    assert_eq!(rejected(&mut deskseal(&unverified)), error);
    let no_value = [&sign[..], &["--attribute", "plan"]].concat();
    assert_eq!(rejected(&mut deskseal(&no_value)), (2, "usage".to_owned()));
    let short = [&sign[..], &["--secret-env", "HELPDESKY_HMAC_SECRET"]].concat();
    assert_eq!(rejected(&mut deskseal(&short)), (2, "secret_too_short".to_owned()));
}

#[test]
fn explain_token_names_what_is_wrong() {
    let token = done(&sign_token())["token"].as_str().expect("a token").to_owned();
    let bearer = format!("Bearer {token}");
    let explain = ["explain", "token", &bearer, "--audience", "desk-2", "--now", "1767226205"];
    let findings = done(&explain);
    let codes: Vec<_> = findings["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["code"].as_str().expect("a code"))
        .collect();
    assert_eq!(codes, ["token_prefixed", "token_audience", "token_expired"]);
}

#[test]
fn a_link_without_an_identity_is_no_error() {
    let visitor = done(&["verify", "link", "/submit-ticket", "--portal", "help.company.com"]);
    assert_eq!(visitor["public"], true);
}

#[test]
fn a_note_says_when_the_portal_host_is_taken_from_the_link() {
    let with_portal = ["verify", "link", LINK, "--now", "1767225600", "--portal"];
    for portal in ["help.company.com", "https://HELP.company.com:8443/desk"] {
        let output = output(deskseal(&with_portal).arg(portal));
        assert_eq!(text(&output.stderr), "", "{portal}");
    }
    let output = output(&mut deskseal(&with_portal[..5]));
    assert!(text(&output.stderr).contains("taken from the link"));

    let other = rejected(deskseal(&with_portal).arg("help.example.org"));
    assert_eq!(other, (1, "signature_mismatch".to_owned()));
}

#[test]
fn wrong_input_and_wrong_secrets_exit_with_2_and_their_code() {
    let sign_link = ["sign", "link", "--user-id", "u", "--portal"];
    let long_id = "u".repeat(513);
    let cases: [(&[&str], &str); 21] = [
        (&["sign", "email", " "], "email_empty"),
        (&["sign", "email", "ada"], "email_malformed"),
        (&["sign", "email", "\u{212A}im@example.com"], "email_ambiguous"),
        (&[sign_link[0], sign_link[1], "--user-id", "u", "--portal", "x"], "portal_url_malformed"),
        (&["sign", "link", "--user-id", "u", "--portal", "http://x.com"], "portal_url_insecure"),
        (&["sign", "link", "--user-id", "", "--portal", "https://x.com"], "user_id_empty"),
        (&["sign", "link", "--user-id", &long_id, "--portal", "https://x.com"], "user_id_too_long"),
        (&["sign", "link", "--user-id", "\n", "--portal", "https://x.com"], "user_id_malformed"),
        (
            &["sign", "link", "--user-id", "u", "--portal", "https://x.com", "--timestamp", "-1"],
            "timestamp_malformed",
        ),
        (&["verify", "email", "a@b", SIGNATURE, "--now", "1767225600000"], "timestamp_malformed"),
        (&["verify", "link", LINK, "--portal", "a b"], "host_malformed"),
        (&["verify", "link", "/submit-ticket"], "usage"),
        (&["embed", "a@b", "--helpdesk-id", "YOUR_HELPDESK_ID"], "helpdesk_id_malformed"),
        (&["embed", "a@b", "--helpdesk-id", "d", "--align", "top"], "embed_option_malformed"),
        (&["sign", "email", "a@b", "--secret-env", "VITE_SECRET"], "secret_public"),
        (&["sign", "email", "a@b", "--secret-env", "NOT_SET"], "secret_missing"),
        (&["sign", "email", "a@b", "--secret-file", "/does/not/exist"], "io"),
        (
            &["verify", "email", "a@b", SIGNATURE, "--previous-env", "OLDER=soon"],
            "secret_expiry_malformed",
        ),
        (&["verify", "email", "a@b", SIGNATURE, "--previous-env", "OLDER"], "usage"),
        (&["verify", "email", "a@b", SIGNATURE, "--previous-env", "NOT_SET=1"], "secret_missing"),
        (&["sign", "email"], "usage"),
    ];
    for (arguments, code) in cases {
        assert_eq!(rejected(&mut deskseal(arguments)), (2, code.to_owned()), "{arguments:?}");
    }
}

#[test]
fn every_invalid_secret_exits_with_2_and_its_code() {
    let cases = [
        ("", "secret_empty"),
        ("example-secret-for-documentation ", "secret_padded"),
        ("'example-secret-for-documentation'", "secret_padded"),
        ("example-secret\u{7}for-documentation", "secret_malformed"),
        ("${HELPDESKY_HMAC_SECRET}", "secret_placeholder"),
        ("hdh_secret_xxxxxxxxxxxxxxxx", "secret_placeholder"),
        ("fifteen-bytes-!", "secret_too_short"),
    ];
    for (secret, code) in cases {
        let mut command = deskseal(&["sign", "email", "ada@example.com"]);
        command.env("HELPDESKY_HMAC_SECRET", secret);
        assert_eq!(rejected(&mut command), (2, code.to_owned()), "{secret:?}");
    }
}

#[cfg(unix)]
#[test]
fn text_that_is_not_utf_8_gives_the_code_of_its_parameter() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let broken = OsStr::from_bytes(b"ada\xFF@example.com");
    let email = rejected(deskseal(&["sign", "email"]).arg(broken));
    assert_eq!(email, (2, "email_malformed".to_owned()));
    let user_id =
        rejected(deskseal(&["sign", "link", "--portal", "https://x.com", "--user-id"]).arg(broken));
    assert_eq!(user_id, (2, "user_id_malformed".to_owned()));
    let mut command = deskseal(&["sign", "email", "a@b"]);
    assert_eq!(
        rejected(command.env("HELPDESKY_HMAC_SECRET", broken)),
        (2, "secret_malformed".to_owned())
    );
}

#[test]
fn the_secret_comes_from_a_file_or_standard_input_without_its_last_line_break() {
    let folder = tempfile::tempdir().expect("a folder");
    for ending in ["", "\n", "\r\n"] {
        let path = folder.path().join("secret");
        fs::write(&path, format!("{SECRET}{ending}")).expect("a file");
        let path = path.to_str().expect("the path is text");
        let signed = done(&["sign", "email", "ada@example.com", "--secret-file", path]);
        assert_eq!(signed["signature"], SIGNATURE);

        let mut command =
            deskseal(&["verify", "email", "ada@example.com", SIGNATURE, "--secret-stdin"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("a child");
        write!(child.stdin.take().expect("a pipe"), "{SECRET}{ending}").expect("a write");
        assert!(child.wait().expect("an end").success());
    }
    let path = folder.path().join("two lines");
    fs::write(&path, format!("{SECRET}\n\n")).expect("a file");
    let path = path.to_str().expect("the path is text");
    let error = rejected(&mut deskseal(&["sign", "email", "a@b", "--secret-file", path]));
    assert_eq!(error, (2, "secret_padded".to_owned()));
}

#[test]
fn no_secret_is_taken_from_an_argument() {
    let (exit_code, code) = rejected(&mut deskseal(&["sign", "email", "a@b", "--secret", "x"]));
    assert_eq!((exit_code, &*code), (2, "usage"));
}

#[test]
fn a_previous_secret_is_accepted_until_it_expires() {
    let mut signing = deskseal(&["sign", "email", "ada@example.com", "--format", "json"]);
    let signed = output(signing.env("HELPDESKY_HMAC_SECRET", OLDER_SECRET));
    let signed = json(&signed.stdout);
    let signature = signed["signature"].as_str().expect("a signature");
    let verify =
        ["verify", "email", "ada@example.com", signature, "--previous-env", "OLDER=100", "--now"];
    assert_eq!(done(&[&verify[..], &["99"]].concat())["secret_index"], 1);
    let expired = rejected(deskseal(&verify).arg("100"));
    assert_eq!(expired, (1, "signature_mismatch".to_owned()));
}

#[test]
fn explain_names_the_mistake_and_never_prints_the_correct_signature() {
    // The signature of `Ada@example.com`.
    let as_typed = "3472322740e1dea60e19171aa17596da4467495a2ecaa7237cd2b669052bc38c";
    let explained = done(&["explain", "email", "Ada@example.com", as_typed]);
    assert_eq!(explained["findings"][0]["code"], "email_not_lowercased");
    assert!(!explained.to_string().contains(SIGNATURE));

    let unknown = done(&["explain", "email", "eve@example.com", SIGNATURE]);
    assert_eq!(unknown["findings"][0]["code"], "unexplained");

    let expired = output(&mut deskseal(&["explain", "link", LINK, "--now", "1767229201"]));
    assert_eq!(expired.status.code(), Some(0));
    let expired = text(&expired.stdout);
    assert!(expired.starts_with("link_expired: ") && expired.contains("3601 s"), "{expired}");
}

#[test]
fn embed_prints_the_html_for_the_page() {
    let arguments = [
        "embed",
        "a&b@example.com",
        "--helpdesk-id",
        "d",
        "--align",
        "left",
        "--crossorigin",
        "--nonce",
        "bm9uY2U=",
    ];
    let output = output(&mut deskseal(&arguments));
    let html = text(&output.stdout);
    assert!(
        html.starts_with("<div id=\"hdh-ticket-center\"></div>\n<script src=\"https://"),
        "{html}"
    );
    assert!(html.contains(r#"data-email="a&amp;b@example.com""#), "{html}");
    let attributes = &done(&arguments)["attributes"];
    assert_eq!(attributes["data-email"], "a&b@example.com");
    assert_eq!(attributes["crossorigin"], "anonymous");
    assert_eq!(attributes["nonce"], "bm9uY2U=");
}

#[test]
fn generated_secrets_are_valid_and_differ() {
    let generate =
        || done(&["secret", "generate"])["secret"].as_str().expect("a secret").to_owned();
    let (first, second) = (generate(), generate());
    assert_ne!(first, second);
    assert!(first.starts_with("dsk_secret_") && first.len() == 54);
    let mut command = deskseal(&["sign", "email", "ada@example.com"]);
    assert!(output(command.env("HELPDESKY_HMAC_SECRET", first)).status.success());
}

#[test]
fn scan_exits_with_1_where_it_finds_the_secret_and_never_prints_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("the path is text");
    assert_eq!(done(&["scan", path])["hits"].as_array().map(Vec::len), Some(0));

    fs::write(folder.path().join("app.js"), format!("const key = {SECRET:?};")).expect("a file");
    let found = output(&mut deskseal(&["scan", path]));
    assert_eq!(found.status.code(), Some(1));
    assert!(text(&found.stdout).contains("app.js:1:14: HELPDESKY_HMAC_SECRET (plain)"));

    let missing = folder.path().join("missing");
    let missing = output(deskseal(&["scan"]).arg(missing));
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("not searched completely"));
}

#[test]
fn scan_finds_issued_tokens_without_knowing_any_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let token = "hdh_secret_4f9a1c0d7be24c55";
    let texts = format!("{token}\ndsk_secret_\nhdh_secret_xxxxxxxxxxxxxxxx\nhdh_secret_prefix");
    fs::write(folder.path().join("main.js"), texts).expect("a file");
    let mut command = deskseal(&["scan", "--format", "json"]);
    command.arg(folder.path()).env_remove("HELPDESKY_HMAC_SECRET");
    command.env_remove("LETTERBOOK_PORTAL_TICKET_SECRET");
    let found = output(command.env_remove("DESKSEAL_IDENTITY_SECRET"));
    assert!(text(&found.stderr).contains("no environment variable with a secret is set"));
    let found = json(&found.stdout);
    assert_eq!(found["hits"].as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(found["hits"][0]["what"], "hdh_secret_");
}

#[test]
fn every_help_page_has_an_example() {
    let pages: [&[&str]; 12] = [
        &[],
        &["secret", "generate"],
        &["sign", "email"],
        &["sign", "link"],
        &["verify", "email"],
        &["verify", "link"],
        &["explain", "email"],
        &["explain", "link"],
        &["embed"],
        &["scan"],
        &["doctor"],
        &["completions"],
    ];
    for page in pages {
        let help = output(deskseal(page).arg("--help"));
        assert!(help.status.success());
        assert!(text(&help.stdout).contains("Examples:\n  "), "{page:?}");
    }
}

#[test]
fn completions_exist_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = output(&mut deskseal(&["completions", shell]));
        assert!(text(&script.stdout).contains("helpdesk-id"), "{shell}");
    }
}

#[test]
fn output_that_is_not_a_terminal_has_no_colours() {
    let rejected = output(&mut deskseal(&["sign", "email", " "]));
    assert!(!text(&rejected.stderr).contains('\u{1B}'));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    let mut command = deskseal(&["completions", "bash"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a child");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}
