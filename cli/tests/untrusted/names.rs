//! Checks that every name and path is escaped when it is printed.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::Value;

use crate::sandbox::{EXPRESS, SECRET, Sandbox, deskseal};

/// A name that ends the line, moves the cursor up, clears the line, and reverses the direction of text.
const TEXT: &str = "x\nFORGED: 0 found\r\u{1B}[2A\u{1B}[2K\u{7}\u{7F}\u{9B}2J\u{202E}\u{2028}";

/// The same name, escaped.
const TEXT_ESCAPED: &str =
    r"x\nFORGED: 0 found\r\u{1b}[2A\u{1b}[2K\u{7}\u{7f}\u{9b}2J\u{202e}\u{2028}";

/// Bytes that are not UTF-8, where the system allows them, and a text that looks like an escape; unescaped
/// and escaped.
#[cfg(not(target_os = "macos"))]
const END: (&[u8], &str) = (b"\xFF\\n", r"\xFF\\n");
#[cfg(target_os = "macos")]
const END: (&[u8], &str) = (b"\\n", r"\\n");

fn named(prefix: &str) -> OsString {
    OsString::from_vec([prefix.as_bytes(), TEXT.as_bytes(), END.0].concat())
}

fn escaped_name() -> String {
    [TEXT_ESCAPED, END.1].concat()
}

/// Runs the command as on a terminal with colours, checks everything that it prints, and returns it.
fn printed(command: &mut Command) -> String {
    let output = command.env("CLICOLOR_FORCE", "1").output().expect("the command runs");
    let all = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
    // The command's own colours.
    let without_colours: Vec<&str> = all.split("\u{1B}[").collect();
    for part in &without_colours[1..] {
        let code: String = part.chars().take_while(|c| !c.is_ascii_alphabetic()).collect();
        assert!(part[code.len()..].starts_with('m'), "the cursor is moved: {all:?}");
    }
    for line in all.lines() {
        assert!(!line.trim_start().starts_with("FORGED"), "a line is forged: {all:?}");
    }
    let is_wrong =
        |c: char| c != '\n' && c != '\u{1B}' && (c.is_control() || "\u{202E}\u{2028}".contains(c));
    assert!(!all.contains(is_wrong), "{all:?}");
    all
}

#[test]
fn scan_escapes_every_name() {
    let sandbox = Sandbox::new();
    let name_escaped = escaped_name();
    let folder = sandbox.path(".").join(named("folder "));
    fs::create_dir_all(&folder).expect("a folder");
    let places: Vec<String> = (0..3).map(|_| format!("{SECRET}\n")).collect();
    fs::write(folder.join(named("hit ")), places.concat()).expect("a file");
    fs::write(folder.join(named("token ")), "hdh_secret_4f9a1c0d7be24c55").expect("a file");
    let pipe = folder.join(named("pipe "));
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    symlink(named("/"), folder.join(named("dangling "))).expect("a link");
    symlink(named("loop "), folder.join(named("loop "))).expect("a link");
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(outside.path().join(named("target ")), "").expect("a file");
    symlink(outside.path().join(named("target ")), folder.join(named("out "))).expect("a link");

    let mut command = deskseal(&["scan"]);
    command.args([&folder, &folder.join(named("missing ")), &pipe]);
    let all = printed(&mut command);
    for name in ["hit", "token", "pipe", "dangling", "loop", "out", "target", "missing"] {
        assert!(all.contains(&format!("/{name} {name_escaped}")), "{name}: {all}");
    }
    assert!(all.contains(&format!("{name_escaped}:3:1: HELPDESKY_HMAC_SECRET (plain)\n")), "{all}");

    printed(deskseal(&["scan", "--format=json"]).arg(&folder));
}

#[test]
fn json_contains_the_exact_name_with_escapes_of_json() {
    let sandbox = Sandbox::new();
    let path = sandbox.path(TEXT);
    fs::write(&path, SECRET).expect("a file");
    let mut command = deskseal(&["scan", "--format=json"]);
    let all = printed(command.arg(&path));
    let report: Value = serde_json::from_str(&all).expect("JSON");
    assert_eq!(report["hits"][0]["path"], path.to_str().expect("UTF-8"));
    assert!(all.contains("\\u009b2J\\u202e\\u2028"), "{all}");
}

#[test]
fn doctor_escapes_every_name() {
    let sandbox = Sandbox::new();
    let name_escaped = escaped_name();
    let root = sandbox.path("shop");
    let folder = root.join(named("folder "));
    fs::create_dir_all(folder.join("build")).expect("a folder");
    fs::create_dir_all(root.join(TEXT).join("docs")).expect("a folder");
    fs::write(folder.join("package.json"), EXPRESS).expect("a file");
    fs::write(folder.join("build").join(named("bundle ")), SECRET).expect("a file");
    fs::write(folder.join(named("committed ")), SECRET).expect("a file");
    fs::write(root.join(named("token ")), "hdh_secret_4f9a1c0d7be24c55").expect("a file");
    fs::write(root.join(named("code ")), "VITE_HELPDESKY_HMAC_SECRET").expect("a file");
    let env = folder.join(format!(".env.{TEXT}"));
    fs::write(&env, format!("HELPDESKY_HMAC_SECRET={SECRET}\nVITE_A={SECRET}\n")).expect("a file");
    fs::write(folder.join("composer.json"), "[").expect("a file");
    sandbox.git("shop", &["init", "--quiet"]);
    let mut doctor = deskseal(&["doctor"]);
    doctor.arg(&root);

    let before = printed(&mut doctor);
    assert!(before.starts_with(&format!("folder {name_escaped}: Express\n")), "{before}");
    let ignored = format!("git does not ignore folder {name_escaped}/.env.{TEXT_ESCAPED}, so");
    assert!(before.contains(&ignored), "{before}");
    assert!(before.contains(&format!(" in .env.{TEXT_ESCAPED}:2. ")), "{before}");
    assert!(before.contains(&format!("/build/bundle {name_escaped}:1 (")), "{before}");

    sandbox.git("shop", &["add", "."]);
    let after = printed(&mut doctor);
    assert!(
        after.contains(&format!(": folder {name_escaped}/.env.{TEXT_ESCAPED} contains a secret")),
        "{after}"
    );
    for name in ["committed", "token", "code"] {
        assert!(after.contains(&format!("{name} {name_escaped}:1 (")), "{name}: {after}");
    }
    printed(doctor.arg("--format=json"));
}

#[test]
fn doctor_escapes_names_from_manifests() {
    let sandbox = Sandbox::new();
    let package = format!("deskseal/{TEXT}");
    let manifest = serde_json::json!({ "require": { "laravel/framework": "12", package: "1" } });
    sandbox.write("shop/composer.json", manifest.to_string());
    let all = printed(deskseal(&["doctor"]).arg(sandbox.path("shop")));
    assert!(
        all.contains(&format!("deskseal/{TEXT_ESCAPED} 1 is declared in composer.json")),
        "{all}"
    );
    printed(deskseal(&["doctor", "--format=json"]).arg(sandbox.path("shop")));
}

#[test]
fn a_suggested_command_contains_no_name_that_a_shell_would_run() {
    let sandbox = Sandbox::new();
    sandbox.write("shop/package.json", EXPRESS);
    for name in [".env.$(touch a)", ".env.;touch a;", ".env.`touch a`", ".env.--all"] {
        sandbox.write(&format!("shop/{name}"), format!("HELPDESKY_HMAC_SECRET={SECRET}\n"));
    }
    sandbox.git("shop", &["init", "--quiet"]);
    sandbox.git("shop", &["add", "."]);
    let all = printed(deskseal(&["doctor"]).arg(sandbox.path("shop")));
    assert_eq!(all.matches("env_file_committed").count(), 4, "{all}");
    let commands =
        all.split('`').skip(1).step_by(2).filter(|code| code.starts_with("git rm --cached "));
    assert_eq!(commands.collect::<Vec<_>>(), ["git rm --cached -- .env.--all"], "{all}");
}

#[test]
fn doctor_escapes_folders_that_git_does_not_list() {
    let sandbox = Sandbox::new();
    sandbox.write("shop/package.json", EXPRESS);
    sandbox.write("shop/docs/a.md", "text");
    let folder = format!("shop/{TEXT}");
    sandbox.write(&format!("{folder}/a"), "text");
    sandbox.git("shop", &["init", "--quiet"]);
    sandbox.git("shop", &["add", "."]);
    sandbox.git("shop", &["commit", "--quiet", "--message=all"]);
    sandbox.git("shop", &["sparse-checkout", "set", "--cone", "--sparse-index", "docs"]);
    let all = printed(deskseal(&["doctor"]).arg(sandbox.path("shop")));
    assert!(
        all.contains(&format!(
            "git_sparse: git's sparse index does not list the files in {TEXT_ESCAPED},"
        )),
        "{all}"
    );
}

#[test]
fn errors_escape_every_argument() {
    let name = &*named("");
    let cases: [&[&OsStr]; 12] = [
        &["doctor".as_ref(), name],
        &[
            "sign".as_ref(),
            "email".as_ref(),
            "a@b.example".as_ref(),
            "--secret-file".as_ref(),
            name,
        ],
        &[TEXT.as_ref()],
        &["scan".as_ref()],
        &["doctor".as_ref(), ".".as_ref(), TEXT.as_ref()],
        &["doctor".as_ref(), "--format".as_ref(), TEXT.as_ref()],
        &["completions".as_ref(), TEXT.as_ref()],
        &["secret".as_ref(), TEXT.as_ref()],
        &["doctor".as_ref(), "--desk".as_ref(), TEXT.as_ref()],
        &["doctor".as_ref(), "--ticket-center-env".as_ref(), name],
        &["scan".as_ref(), ".".as_ref(), "--secret-env".as_ref(), TEXT.as_ref()],
        &["verify".as_ref(), "link".as_ref(), TEXT.as_ref()],
    ];
    let sandbox = Sandbox::new();
    for case in cases {
        for format in [&[][..], &["--format=json"]] {
            printed(deskseal(&[]).args(case).args(format).current_dir(sandbox.path(".")));
        }
    }
    let flag = format!("--{TEXT}");
    let all = printed(deskseal(&["doctor", &flag]).current_dir(sandbox.path(".")));
    assert!(all.contains(&format!("--{TEXT_ESCAPED}")), "{all}");
}

#[test]
fn verified_identities_are_escaped() {
    // Control and format characters are invalid in a user id; line separators are valid.
    let user = "ada\u{2028}\u{2029}nimda";
    let portal = ["--portal", "https://help.example.com", "--user-id", user];
    let signed = |format: &[&str]| {
        let mut command = deskseal(&["sign", "link"]);
        command.env("LETTERBOOK_PORTAL_TICKET_SECRET", SECRET).args(portal).args(format);
        printed(&mut command)
    };
    let link = signed(&[]);
    assert!(signed(&["--format=json"]).contains(r#""ada\u2028\u2029nimda""#));
    let mut command = deskseal(&["verify", "link", link.trim_end()]);
    let all = printed(command.env("LETTERBOOK_PORTAL_TICKET_SECRET", SECRET));
    assert!(all.contains(r"verified user id  ada\u{2028}\u{2029}nimda"), "{all}");
}
