//! Runs `deskseal doctor` on small projects of every framework: checks its findings, their fixes, and that it
//! never prints a secret.

#![expect(clippy::disallowed_types, reason = "the command itself, git and mkfifo")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

const TICKET_CENTER: &str = "dsk_secret_q7Zr-0mS_x4Vb9Lw2Kd8ticketCenter";
const PORTAL: &str = "dsk_secret_H3nTy6-cPe_0uWm5Rf1Xportal";
const EXAMPLE: &str = "example-secret-for-documentation";

/// A folder with a project, and the environment for the doctor.
struct Project {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Project {
    /// Creates an empty project, with both secrets in the environment.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, environment: Vec::new() }
            .with("HELPDESKY_HMAC_SECRET", TICKET_CENTER)
            .with("LETTERBOOK_PORTAL_TICKET_SECRET", PORTAL)
    }

    /// Creates an Express application without problems.
    fn express() -> Self {
        Self::new().write("package.json", EXPRESS)
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(other, _)| other != name);
        self
    }

    fn without_secrets(self) -> Self {
        self.without("HELPDESKY_HMAC_SECRET").without("LETTERBOOK_PORTAL_TICKET_SECRET")
    }

    fn write(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
        self
    }

    fn git(self, arguments: &[&str]) -> Self {
        let mut git = Command::new("git");
        let status = git.arg("-C").arg(self.path()).args(arguments).status().expect("git runs");
        assert!(status.success(), "git {arguments:?}");
        self
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the doctor, and checks that it prints no secret.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskseal"));
        command.arg("doctor").arg(self.path()).args(arguments).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let output = command.envs(self.environment.clone()).output().expect("the command runs");
        let all = text(&[&output.stdout[..], &output.stderr].concat());
        for secret in [TICKET_CENTER, PORTAL, EXAMPLE] {
            assert!(!all.contains(secret), "a secret was printed: {all}");
        }
        assert!(!all.contains("panicked") && !all.contains('\u{1B}'), "{all}");
        output
    }

    /// Returns the report as JSON, and checks the exit code.
    fn report(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--format", "json"]].concat());
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
        let exit_code = i32::from(report["problems"] != 0);
        assert_eq!(output.status.code(), Some(exit_code), "{report}");
        report
    }

    /// Returns the finding with this code, which must be in the report once.
    fn finding(&self, code: &str) -> Value {
        the_finding(&self.report(&[]), code)
    }

    /// Returns the codes of all problems.
    fn problems(&self) -> Vec<String> {
        problems(&self.report(&[]))
    }
}

const EXPRESS: &str = r#"{ "dependencies": { "express": "5.3.0", "deskseal": "^0.1.0" } }"#;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

fn findings(report: &Value) -> &Vec<Value> {
    report["findings"].as_array().expect("findings")
}

fn the_finding(report: &Value, code: &str) -> Value {
    let found: Vec<&Value> =
        findings(report).iter().filter(|finding| finding["code"] == code).collect();
    assert_eq!(found.len(), 1, "{code} in {report:#}");
    found[0].clone()
}

fn problems(report: &Value) -> Vec<String> {
    let problems = findings(report).iter().filter(|finding| finding["level"] == "problem");
    problems.map(|finding| finding["code"].as_str().expect("a code").to_owned()).collect()
}

fn contains(value: &Value, part: &str) -> bool {
    value.as_str().expect("a text").contains(part)
}

#[test]
fn every_framework_is_found_and_a_correct_project_has_no_problems() {
    let node = |framework: &str| {
        format!(r#"{{ "dependencies": {{ "{framework}": "1.0.0", "deskseal": "^0.1.0" }} }}"#)
    };
    let go = |requires: &str| {
        let module = "github.com/deskseal/deskseal/bindings/go v0.1.0";
        format!("module shop\n\ngo 1.25.0\n\nrequire (\n\t{module}\n\t{requires}\n)\n")
    };
    let cases: [(&str, &str, String, &str); 18] = [
        (
            "Django",
            "requirements.txt",
            "Django==5.2.19\ndeskseal[django]==0.1.0\n".into(),
            "==0.1.0",
        ),
        (
            "Django",
            "pyproject.toml",
            "[project]\ndependencies = ['django>=5.2', 'deskseal[django]~=0.1']\n".into(),
            "~=0.1",
        ),
        (
            "Flask",
            "pyproject.toml",
            "[tool.poetry.dependencies]\nFlask = '^3.1'\ndeskseal = { version = '^0.1' }\n".into(),
            "^0.1",
        ),
        ("Flask", "Pipfile", "[packages]\nflask = '*'\ndeskseal = '==0.1.0'\n".into(), "==0.1.0"),
        ("Express", "package.json", node("express"), "^0.1.0"),
        ("Connect", "package.json", node("connect"), "^0.1.0"),
        ("Fastify", "package.json", node("fastify"), "^0.1.0"),
        ("Next.js", "package.json", node("next"), "^0.1.0"),
        ("Astro", "package.json", node("astro"), "^0.1.0"),
        ("Cloudflare Workers", "package.json", node("wrangler"), "^0.1.0"),
        (
            "Rails",
            "Gemfile",
            "gem \"rails\", \"~> 7.2\"\ngem 'deskseal', '~> 0.1'\n".into(),
            "~> 0.1",
        ),
        (
            "Laravel",
            "composer.json",
            r#"{ "require": { "laravel/framework": "^13.0", "deskseal/laravel": "^0.1" } }"#.into(),
            "^0.1",
        ),
        (
            "Laravel",
            "composer.json",
            r#"{ "require": { "laravel/framework": "^8.83", "deskseal/laravel": "0.1.0" } }"#
                .into(),
            "0.1.0",
        ),
        ("chi", "go.mod", go("github.com/go-chi/chi/v5 v5.5.0"), "v0.1.0"),
        ("Gin", "go.mod", go("github.com/gin-gonic/gin v1.12.0"), "v0.1.0"),
        ("Echo", "go.mod", go("github.com/labstack/echo/v5 v5.4.6"), "v0.1.0"),
        ("Fiber", "go.mod", go("github.com/gofiber/fiber/v3 v3.1.0"), "v0.1.0"),
        ("net/http", "go.mod", go("golang.org/x/text v0.40.0 // indirect"), "v0.1.0"),
    ];
    for (framework, file, manifest, version) in cases {
        let project = Project::new().write(file, manifest);
        let report = project.report(&[]);
        assert_eq!(problems(&report), [""; 0], "{report:#}");
        assert_eq!(report["projects"][0]["folder"], ".", "{report:#}");
        assert_eq!(report["projects"][0]["frameworks"], serde_json::json!([framework]));
        assert_eq!(report["projects"][0]["package"]["version"], version, "{framework}");
        assert_eq!(report["projects"][0]["package"]["file"], file);
        let declared = the_finding(&report, "package_declared");
        let printed = text(&project.run(&[]).stdout);
        assert!(printed.ends_with("\n\n0 problems and 0 warnings\n"), "{printed}");
        assert!(contains(&declared["message"], version), "{declared}");
    }
}

#[test]
fn projects_without_a_manifest_are_recognized_by_their_files() {
    let cases = [
        ("Django", "manage.py", "os.environ['DJANGO_SETTINGS_MODULE'] # django"),
        ("Rails", "config/application.rb", "class Application < Rails::Application"),
        ("Laravel", "artisan", "<?php use Illuminate\\Foundation\\Application;"),
    ];
    for (framework, file, content) in cases {
        let report = Project::new().write(file, content).report(&[]);
        assert_eq!(report["projects"][0]["frameworks"], serde_json::json!([framework]));
        assert_eq!(problems(&report), [""; 0], "{report:#}");
    }
}

#[test]
fn the_report_names_the_folder_of_every_project_in_a_repository() {
    let project = Project::express()
        .write("shop/web/package.json", r#"{ "dependencies": { "react": "19", "deskseal": "1" } }"#)
        .write("shop/api/requirements.txt", "django\ndeskseal[django]\n")
        .write("node_modules/other/package.json", EXPRESS);
    let report = project.report(&[]);
    let folders: Vec<&Value> = report["projects"]
        .as_array()
        .expect("projects")
        .iter()
        .map(|project| &project["folder"])
        .collect();
    let web = Path::new("shop").join("web").to_string_lossy().into_owned();
    let api = Path::new("shop").join("api").to_string_lossy().into_owned();
    assert_eq!(folders, [".", &api, &web]);
    assert_eq!(problems(&report), [""; 0], "{report:#}");

    let printed = text(&project.run(&[]).stdout);
    assert!(printed.contains(&format!("\n{web}: React\n")), "{printed}");
}

#[test]
fn the_text_says_how_to_fix_each_problem_and_where_it_is_explained() {
    let manifest = r#"{ "dependencies": { "next": "16.4.5" } }"#;
    let project = Project::new().write("package.json", manifest);
    let output = project.run(&[]);
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stdout);
    let expected = "\
.: Next.js
  problem  package_missing: Next.js is used, but the package deskseal is not declared.
           Fix: Run `npm install deskseal`.
           See: docs/ai-builder.md#nextjs
";
    assert!(printed.starts_with(expected), "{printed}");
    assert!(printed.ends_with("\n\n1 problem and 0 warnings\n"), "{printed}");
}

#[test]
fn a_package_that_is_a_development_dependency_gives_a_warning() {
    let manifest =
        r#"{ "dependencies": { "express": "5" }, "devDependencies": { "deskseal": "1" } }"#;
    let finding = Project::new().write("package.json", manifest).finding("package_for_development");
    assert_eq!(finding["level"], "warning");
    assert!(contains(&finding["fix"], "package.json"), "{finding}");
}

#[test]
fn a_version_that_is_a_url_is_not_printed() {
    let manifest = format!(
        r#"{{ "dependencies": {{ "express": "5", "deskseal": "git+https://{PORTAL}@git.example.com" }} }}"#
    );
    let report = Project::new().write("package.json", manifest).report(&[]);
    assert_eq!(report["projects"][0]["package"]["version"], Value::Null);
}

#[test]
fn the_version_of_the_gem_comes_from_the_lock_file() {
    let report = Project::new()
        .write("Gemfile", "gem 'rails'\ngem 'deskseal'\n")
        .write("Gemfile.lock", "GEM\n  specs:\n    deskseal (0.1.0)\n    rails (7.2.2)\n")
        .report(&[]);
    assert_eq!(report["projects"][0]["package"]["version"], "0.1.0");
}

const GO_MODULE: &str = "github.com/deskseal/deskseal/bindings/go";

#[test]
fn the_lines_of_a_go_module_are_read_as_go_reads_them() {
    let cases = [
        ("require M v0.1.0", "v0.1.0"),
        ("require M v0.1.0 // indirect", "v0.1.0"),
        ("require(\n\tM v0.1.0 // pinned; see the notes\n)", "v0.1.0"),
        ("require (\n\t// M v9.9.9\n\tother.example/a v1.0.0\n\n\tM v0.1.0\n)", "v0.1.0"),
        ("require \"M\" v0.1.0", "v0.1.0"),
        ("require M v0.0.0-20261130142536-0123456789ab", "v0.0.0-20261130142536-0123456789ab"),
        ("require M v0.1.0\nreplace M => other.example/copy v0.2.0", "v0.2.0"),
        ("require M v0.1.0\nreplace (\n\tM v0.1.0 => other.example/copy v0.2.0\n)", "v0.2.0"),
        ("require M v0.1.0\nreplace M v0.0.9 => other.example/copy v0.2.0", "v0.1.0"),
        ("exclude M v0.0.9\nrequire M v0.1.0\r", "v0.1.0"),
    ];
    for (lines, version) in cases {
        let manifest = format!("module shop\n\ngo 1.25.0\n\n{}\n", lines.replace('M', GO_MODULE));
        let report = Project::new().write("go.mod", &manifest).report(&[]);
        assert_eq!(report["projects"][0]["package"]["version"], version, "{manifest}");
        assert_eq!(report["projects"][0]["frameworks"], serde_json::json!(["net/http"]));
        assert_eq!(problems(&report), [""; 0], "{report:#}");
    }
    let folder =
        format!("module shop\nrequire {GO_MODULE} v0.1.0\nreplace {GO_MODULE} => ../deskseal\n");
    let report = Project::new().write("go.mod", folder).report(&[]);
    assert_eq!(report["projects"][0]["package"]["version"], Value::Null);
    for lines in ["exclude M v0.1.0", "replace M => ../deskseal", "// require M v0.1.0"] {
        let manifest = format!("module shop\n\ngo 1.25.0\n\n{}\n", lines.replace('M', GO_MODULE));
        let project = Project::new().write("go.mod", manifest);
        assert_eq!(project.problems(), ["framework_missing"], "{lines}");
    }
}

#[test]
fn a_go_module_without_the_package_is_told_how_to_install_it() {
    let router = "module shop\n\ngo 1.25.0\n\nrequire github.com/go-chi/chi v1.5.5\n";
    let chi = Project::new().write("go.mod", router);
    let indirect = "module shop\n\ngo 1.25.0\n\nrequire github.com/go-chi/chi v1.5.5 // indirect\n";
    let server = Project::new()
        .write("go.mod", indirect)
        .write("main.go", "package main\n\nimport \"net/http\"\n");
    for (project, framework) in [(chi, "chi"), (server, "net/http")] {
        let report = project.report(&[]);
        assert_eq!(report["projects"][0]["frameworks"], serde_json::json!([framework]));
        let missing = the_finding(&report, "package_missing");
        assert_eq!(missing["level"], "problem");
        assert_eq!(missing["fix"], format!("Run `go get {GO_MODULE}`."));
        assert_eq!(missing["page"], "docs/ai-builder.md#go");
    }
    let tool = "package main\n\nimport \"fmt\"\n";
    let project = Project::new().write("go.mod", indirect).write("main.go", tool);
    assert_eq!(project.problems(), ["framework_missing"]);
}

#[test]
fn a_workspace_of_go_has_the_modules_of_its_folders_and_no_others() {
    let manifest = format!("module shop\n\ngo 1.25.0\n\nrequire {GO_MODULE} v0.1.0\n");
    let main = "package main\n\nimport \"net/http\"\n";
    let project = Project::new()
        .write("go.work", "go 1.25.0\n\nuse ./shop\n")
        .write("shop/go.mod", &manifest)
        .write("shop/cmd/server/main.go", main)
        .write("shop/testdata/shop/go.mod", &manifest)
        .write(&format!("shop/vendor/{GO_MODULE}/go.mod"), format!("module {GO_MODULE}\n"))
        .write("vendor/modules.txt", format!("# {GO_MODULE} v0.1.0\n"));
    let report = project.report(&[]);
    let folders: Vec<&Value> = report["projects"]
        .as_array()
        .expect("projects")
        .iter()
        .map(|project| &project["folder"])
        .collect();
    assert_eq!(folders, ["shop"]);
    assert_eq!(problems(&report), [""; 0], "{report:#}");
}

#[test]
fn a_secret_in_the_source_a_template_or_the_program_of_a_go_module_is_found() {
    let manifest = format!("module shop\n\ngo 1.25.0\n\nrequire {GO_MODULE} v0.1.0\n");
    let new = || Project::new().git(&["init", "--quiet"]).write("go.mod", &manifest);
    let source = format!("var signer, _ = deskseal.NewSigner({TICKET_CENTER:?})\n");
    let template = format!("{{{{define \"page\"}}}}<script>key = {PORTAL:?}</script>{{{{end}}}}\n");
    let cases = [
        ("internal/shop/desk.go", source.as_str(), "HELPDESKY_HMAC_SECRET"),
        ("templates/page.gohtml", template.as_str(), "LETTERBOOK_PORTAL_TICKET_SECRET"),
    ];
    for (file, content, variable) in cases {
        let project = new().write(file, content).git(&["add", "."]);
        assert_eq!(project.problems(), ["secret_committed"], "{file}");
        let message = &project.finding("secret_committed")["message"];
        assert!(contains(message, &format!(":1 ({variable})")), "{message}");
    }
    for built in ["bin/shop", "static/app.js"] {
        let project = new().write(built, [b"\x7fELF\0", source.as_bytes()].concat());
        assert_eq!(project.problems(), ["secret_in_bundle"], "{built}");
    }
}

#[test]
fn an_env_file_is_read_where_a_go_module_requires_godotenv() {
    let manifest = format!("module shop\n\ngo 1.25.0\n\nrequire {GO_MODULE} v0.1.0\n");
    let project = Project::new()
        .without_secrets()
        .write("go.mod", &manifest)
        .write(".env", format!("HELPDESKY_HMAC_SECRET={TICKET_CENTER}\n"));
    assert!(contains(&project.finding("env_file_not_read")["fix"], "github.com/joho/godotenv"));
    let manifest = manifest + "require github.com/joho/godotenv v1.5.1\n";
    assert_eq!(project.write("go.mod", manifest).problems(), [""; 0]);
}

#[test]
fn a_folder_without_a_project_is_a_problem_and_a_missing_folder_is_an_error() {
    let nothing = Project::new();
    assert_eq!(nothing.problems(), ["framework_missing"]);

    let output = nothing.run(&["--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskseal"));
    let missing = nothing.path().join("missing");
    let output =
        command.args(["doctor", "--format", "json"]).arg(missing).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    let error: Value = serde_json::from_slice(&output.stderr).expect("JSON");
    assert_eq!(error["error"]["code"], "io");
}

#[test]
fn browser_components_without_a_server_are_a_problem() {
    let manifest = r#"{ "dependencies": { "vue": "3.5.45", "deskseal": "^0.1.0" } }"#;
    let project = Project::new().without_secrets().write("package.json", manifest);
    assert_eq!(project.problems(), ["server_missing"]);
    let with_server = project.write("api/requirements.txt", "flask\ndeskseal[flask]\n");
    let with_server = with_server.with("HELPDESKY_HMAC_SECRET", TICKET_CENTER);
    assert_eq!(with_server.problems(), [""; 0]);
}

#[test]
fn the_package_without_a_framework_is_no_problem() {
    let project = Project::new().write("Gemfile", "gem 'sinatra'\ngem 'deskseal'\n");
    assert_eq!(project.finding("framework_unknown")["level"], "note");
    assert_eq!(project.problems(), [""; 0]);
}

#[test]
fn invalid_secrets_are_reported_with_the_error_codes_of_the_core() {
    let cases = [
        ("", "secret_empty"),
        ("short", "secret_too_short"),
        ("YOUR_HMAC_SECRET", "secret_placeholder"),
        ("hdh_secret_xxxxxxxxxxxxxxxxxx", "secret_placeholder"),
        ("dsk_secret_q7Zr\u{7}0mS_x4Vb9Lw2Kd8", "secret_malformed"),
        ("dsk_secret_q7Zr-0mS_x4Vb9Lw2Kd8\n", "secret_padded"),
        ("\"dsk_secret_q7Zr-0mS_x4Vb9Lw2Kd8\"", "secret_padded"),
        (EXAMPLE, "secret_example"),
        (PORTAL, "secret_shared"),
    ];
    for (secret, code) in cases {
        let project = Project::express().with("HELPDESKY_HMAC_SECRET", secret);
        assert_eq!(project.problems(), [code], "{secret:?}");
        let finding = project.finding(code);
        assert_eq!(finding["folder"], ".");
        assert_eq!(finding["page"], "docs/ai-builder.md#express");
        assert!(finding["fix"].is_string());
    }
}

#[test]
fn the_secret_of_identity_tokens_is_checked_where_it_is_set() {
    let with = |secret: &str| Project::express().with("DESKSEAL_IDENTITY_SECRET", secret);
    assert_eq!(with("a-secret-of-identity-tokens-alone").problems(), [""; 0]);
    assert_eq!(with("sixteen-bytes-xx").problems(), ["secret_too_short"; 1]);
    assert_eq!(with("changeme").problems(), ["secret_placeholder"]);
    let long = "a-secret-of-more-than-thirty-two-bytes";
    let shared = with(long).with("HELPDESKY_HMAC_SECRET", long);
    assert_eq!(shared.problems(), ["secret_shared"]);
    let finding = shared.finding("secret_shared");
    assert!(contains(&finding["message"], "The Ticket Center and the identity token"));
}

#[test]
fn a_missing_secret_is_a_problem_unless_the_other_product_has_one() {
    let neither = Project::express().without_secrets();
    assert_eq!(neither.problems(), ["secret_missing", "secret_missing"]);

    let without_portal = Project::express().without("LETTERBOOK_PORTAL_TICKET_SECRET");
    assert_eq!(without_portal.problems(), [""; 0]);
    let finding = without_portal.finding("secret_missing");
    assert_eq!(finding["level"], "note");
    assert!(contains(&finding["message"], "LETTERBOOK_PORTAL_TICKET_SECRET"));
}

#[test]
fn rails_may_keep_the_secrets_in_its_encrypted_credentials() {
    let project =
        Project::new().without_secrets().write("Gemfile", "gem 'rails'\ngem 'deskseal'\n");
    assert_eq!(project.problems(), ["secret_missing", "secret_missing"]);
    let project = project.write("config/credentials.yml.enc", "encrypted");
    assert_eq!(project.problems(), [""; 0]);
}

#[test]
fn the_second_usual_name_is_read_as_the_integrations_read_it() {
    let project = Project::express().without_secrets().with("HDH_HMAC_SECRET", TICKET_CENTER);
    assert_eq!(project.problems(), [""; 0]);
    let set = project.finding("secret_set");
    assert!(contains(&set["message"], "HDH_HMAC_SECRET is set in the environment"), "{set}");
    let public = project.with("VITE_HDH_HMAC_SECRET", "x");
    assert_eq!(public.problems(), ["secret_in_public_variable"]);

    let next = r#"{ "dependencies": { "next": "16", "deskseal": "1" } }"#;
    let project = Project::new()
        .without("HELPDESKY_HMAC_SECRET")
        .write("package.json", next)
        .write(".env", format!("HDH_HMAC_SECRET={TICKET_CENTER}\n"));
    assert_eq!(project.problems(), [""; 0]);
}

#[test]
fn two_usual_names_with_different_secrets_are_a_problem() {
    let project = Project::express().with("HDH_HMAC_SECRET", TICKET_CENTER);
    assert_eq!(project.problems(), [""; 0], "both have the same one");
    let other = TICKET_CENTER.replace("ticketCenter", "formerCenter");
    let project = project.with("HDH_HMAC_SECRET", &other);
    assert_eq!(project.problems(), ["secret_conflict"]);
    let conflict = project.finding("secret_conflict");
    let message = "HELPDESKY_HMAC_SECRET and HDH_HMAC_SECRET";
    assert!(contains(&conflict["message"], message), "{conflict}");
    assert!(!conflict.to_string().contains(&other), "{conflict}");
}

#[test]
fn options_name_variables_with_other_names() {
    let project = Project::express().without_secrets().with("SHOP_SECRET", TICKET_CENTER);
    let options = ["--ticket-center-env", "SHOP_SECRET", "--portal-env", "PORTAL_SECRET"];
    assert_eq!(problems(&project.report(&options)), [""; 0]);

    let project = project.with("VITE_SHOP", TICKET_CENTER);
    let report = project.report(&["--ticket-center-env", "VITE_SHOP"]);
    assert!(problems(&report).contains(&"secret_public".to_owned()), "{report:#}");
}

#[test]
fn env_files_are_read_in_the_order_of_the_framework() {
    let env = format!("# the shop\nexport HELPDESKY_HMAC_SECRET='{TICKET_CENTER}' # a comment\n");
    let next = r#"{ "dependencies": { "next": "16", "deskseal": "1" } }"#;
    let project = Project::new()
        .without_secrets()
        .write("package.json", next)
        .write(".env", "HELPDESKY_HMAC_SECRET=\n")
        .write(".env.local", &env);
    let set = project.finding("secret_set");
    assert!(contains(&set["message"], ".env.local:2"), "{set}");
    assert_eq!(project.problems(), [""; 0]);

    let production = project.write(".env.production.local", "HELPDESKY_HMAC_SECRET=changeme\n");
    assert_eq!(production.problems(), ["secret_placeholder"]);
    let environment = production.with("HELPDESKY_HMAC_SECRET", TICKET_CENTER);
    assert_eq!(environment.problems(), [""; 0]);

    let quoted = format!("HELPDESKY_HMAC_SECRET=\"{TICKET_CENTER}\\n\"\n");
    let laravel = r#"{ "require": { "laravel/framework": "12", "deskseal/laravel": "1" } }"#;
    let project = Project::new().without_secrets().write("composer.json", laravel);
    assert_eq!(project.write(".env", quoted).problems(), ["secret_padded"]);
}

#[test]
fn a_note_says_that_only_the_development_server_of_astro_reads_env_files() {
    let project = Project::new()
        .without_secrets()
        .write("package.json", r#"{ "dependencies": { "astro": "7", "deskseal": "1" } }"#)
        .write(".env", format!("HELPDESKY_HMAC_SECRET={TICKET_CENTER}\n"));
    let finding = project.finding("env_file_for_development");
    assert_eq!(finding["level"], "note");
    assert!(contains(&finding["message"], "`astro dev`"), "{finding}");
}

#[test]
fn the_file_of_variables_for_wrangler_dev_is_read_and_has_to_be_ignored_by_git() {
    let project = Project::new()
        .without_secrets()
        .git(&["init", "--quiet"])
        .write(
            "package.json",
            r#"{ "devDependencies": { "wrangler": "4" }, "dependencies": { "deskseal": "1" } }"#,
        )
        .write(".dev.vars", format!("HELPDESKY_HMAC_SECRET={TICKET_CENTER}\n"));
    assert_eq!(project.problems(), ["env_file_not_ignored"]);
    let finding = project.finding("env_file_for_development");
    assert!(contains(&finding["message"], "`wrangler dev`"), "{finding}");
    assert!(contains(&finding["fix"], "`wrangler secret put`"), "{finding}");
    assert_eq!(project.write(".gitignore", ".dev.vars\n").problems(), [""; 0]);
}

#[test]
fn an_astro_site_that_is_deployed_as_a_worker_is_one_of_astro() {
    let manifest = r#"{ "dependencies": { "astro": "7", "deskseal": "1", "wrangler": "4" } }"#;
    let project = Project::new()
        .without_secrets()
        .write("package.json", manifest)
        .write(".env", format!("HELPDESKY_HMAC_SECRET={TICKET_CENTER}\n"));
    let finding = project.finding("env_file_for_development");
    assert!(contains(&finding["message"], "`astro dev`"), "{finding}");
}

#[test]
fn a_secret_in_a_template_is_a_warning_and_no_problem() {
    let template = "HELPDESKY_HMAC_SECRET=dsk_secret_goes_here_when_you_have_it\n";
    let project = Project::express()
        .git(&["init", "--quiet"])
        .write(".env.example", template)
        .git(&["add", ".env.example"]);
    assert_eq!(project.problems(), [""; 0]);
    assert_eq!(project.finding("token_committed")["level"], "warning");
}

#[test]
fn an_env_file_that_the_framework_does_not_read_gives_a_warning() {
    let env = format!("HELPDESKY_HMAC_SECRET={TICKET_CENTER}\n");
    let flask = Project::new()
        .without_secrets()
        .write("requirements.txt", "flask\ndeskseal[flask]\n")
        .write(".env", &env);
    let finding = flask.finding("env_file_not_read");
    assert!(contains(&finding["message"], ".env:1") && contains(&finding["fix"], "python-dotenv"));
    assert_eq!(flask.problems(), ["secret_missing", "secret_missing"]);
    let flask = flask.write("requirements.txt", "flask\ndeskseal[flask]\npython-dotenv\n");
    assert_eq!(flask.problems(), [""; 0]);

    let express = r#"{
        "dependencies": { "express": "5", "deskseal": "1" },
        "scripts": { "start": "node --env-file=.env server.js" }
    }"#;
    let express = Project::new().without_secrets().write("package.json", express);
    assert_eq!(express.write(".env", &env).problems(), [""; 0]);
}

#[test]
fn a_secret_in_a_public_variable_is_found_by_name_and_by_value() {
    let by_name = Project::express().with("NEXT_PUBLIC_HELPDESKY_HMAC_SECRET", "anything");
    assert_eq!(by_name.problems(), ["secret_in_public_variable"]);

    for prefix in deskseal::Secret::PUBLIC_PREFIXES {
        let name = format!("{prefix}A");
        let by_value = Project::express().write(".env", format!("{name}={PORTAL}\n"));
        assert_eq!(by_value.problems(), ["secret_in_public_variable"], "{name}");
        assert!(contains(&by_value.finding("secret_in_public_variable")["message"], ".env:1"));
    }
    let harmless = Project::express().write(".env", "VITE_PORTAL_URL=https://help.company.com\n");
    assert_eq!(harmless.problems(), [""; 0]);
}

#[test]
fn a_secret_in_the_build_output_is_found() {
    let bundle = format!("fetch(\"/\", {{ key: {PORTAL:?} }})");
    let next = r#"{ "dependencies": { "next": "16", "deskseal": "1" } }"#;
    let project = Project::new()
        .write("package.json", next)
        .write(".next/static/chunks/main.js", "let a;")
        .write(".next/standalone/.env", format!("HELPDESKY_HMAC_SECRET={TICKET_CENTER}"));
    assert!(contains(&project.finding("bundle_searched")["message"], "standalone"));
    assert_eq!(project.problems(), [""; 0]);

    let project = project.write(".next/static/chunks/main.js", bundle);
    let report = project.report(&[]);
    assert!(findings(&report).iter().all(|finding| finding["code"] != "bundle_searched"));
    let finding = the_finding(&report, "secret_in_bundle");
    assert!(
        contains(&finding["message"], "main.js:1 (LETTERBOOK_PORTAL_TICKET_SECRET)"),
        "{finding}"
    );

    let named = "import.meta.env.HELPDESKY_HMAC_SECRET";
    let project = project.write(".next/static/chunks/main.js", named);
    assert_eq!(project.finding("secret_name_in_bundle")["level"], "warning");
}

#[test]
fn every_framework_has_its_own_output_folders() {
    let cases = [
        ("requirements.txt", "django\ndeskseal", "staticfiles/app.js"),
        ("requirements.txt", "flask\ndeskseal", "static/app.js"),
        ("package.json", r#"{"dependencies":{"astro":"7","deskseal":"1"}}"#, "dist/client/app.js"),
        ("package.json", EXPRESS, "build/app.js"),
        ("Gemfile", "gem 'rails'\ngem 'deskseal'", "public/assets/app.js"),
        (
            "composer.json",
            r#"{"require":{"laravel/framework":"12","deskseal/laravel":"1"}}"#,
            "public/build/app.js",
        ),
    ];
    for (manifest, content, built) in cases {
        let project = Project::new().write(manifest, content).write(built, TICKET_CENTER);
        assert_eq!(project.problems(), ["secret_in_bundle"], "{built}");
    }
}

#[test]
fn files_that_git_tracks_are_searched() {
    let project = Project::express().git(&["init", "--quiet"]).write("notes.txt", TICKET_CENTER);
    let searched = project.finding("git_searched");
    assert!(contains(&searched["message"], "0 files "), "{searched}");

    let project = project.git(&["add", "notes.txt", "package.json"]);
    let finding = project.finding("secret_committed");
    assert!(contains(&finding["message"], "notes.txt:1 (HELPDESKY_HMAC_SECRET)"), "{finding}");
    assert_eq!(project.problems(), ["secret_committed"]);

    let another = "hdh_secret_4f9a1c0d7be24c55";
    let project = project.write("notes.txt", another);
    assert_eq!(project.finding("token_committed")["level"], "warning");
}

#[test]
fn code_that_reads_a_secret_from_a_public_variable_is_found() {
    let code = "const key = process.env.NEXT_PUBLIC_HELPDESKY_HMAC_SECRET\n";
    let project = Project::express()
        .git(&["init", "--quiet"])
        .write("app/page.jsx", code)
        .write("README.md", format!("Never do this: `{code}`"))
        .git(&["add", "."]);
    let finding = project.finding("secret_in_public_variable");
    let message = finding["message"].as_str().expect("a message");
    assert!(message.contains("page.jsx:1") && !message.contains("README.md"), "{message}");
}

#[test]
fn git_must_ignore_an_env_file_with_a_secret() {
    let env = format!("HELPDESKY_HMAC_SECRET={TICKET_CENTER}\n");
    let laravel = r#"{ "require": { "laravel/framework": "12", "deskseal/laravel": "1" } }"#;
    let project = Project::new()
        .write("composer.json", laravel)
        .write(".env", &env)
        .write(".env.example", "HELPDESKY_HMAC_SECRET=\n")
        .git(&["init", "--quiet"]);
    assert_eq!(project.problems(), ["env_file_not_ignored"]);

    let ignored = project.write(".gitignore", "/.env\n");
    assert_eq!(ignored.finding("env_file_ignored")["level"], "ok");
    assert_eq!(ignored.problems(), [""; 0]);

    let tracked = ignored.git(&["add", "--force", ".env"]);
    assert_eq!(tracked.problems(), ["env_file_committed", "secret_committed"]);
}

#[test]
fn an_env_file_without_a_secret_may_be_committed() {
    let project = Project::express().write(".env", "PORT=3000\n").git(&["init", "--quiet"]);
    assert_eq!(project.finding("env_file_not_ignored")["level"], "warning");
    assert_eq!(project.git(&["add", ".env"]).problems(), [""; 0]);
}

#[test]
fn a_note_says_that_nothing_was_searched_without_a_git_repository() {
    assert_eq!(Project::express().finding("git_unknown")["level"], "note");
}

#[test]
fn a_static_site_is_a_problem() {
    let next = r#"{ "dependencies": { "next": "16", "deskseal": "1" } }"#;
    let next = Project::new().write("package.json", next);
    let next = next.write("next.config.mjs", "export default { output: 'standalone' }");
    assert_eq!(next.problems(), [""; 0]);
    let next = next.write("next.config.mjs", "export default { output: \"export\" }");
    assert_eq!(next.problems(), ["static_site"]);

    let astro = r#"{ "dependencies": { "astro": "7", "deskseal": "1" } }"#;
    let astro = Project::new().write("package.json", astro);
    let astro = astro.write("astro.config.mjs", "export default defineConfig({})");
    assert!(contains(&astro.finding("static_site")["fix"], "@astrojs/node"));
    let config = "export default defineConfig({ output: 'server', adapter: node() })";
    assert_eq!(astro.write("astro.config.mjs", config).problems(), [""; 0]);
}

#[test]
fn a_cached_configuration_of_laravel_gives_a_note() {
    let laravel = r#"{ "require": { "laravel/framework": "12", "deskseal/laravel": "1" } }"#;
    let project = Project::new().write("composer.json", laravel);
    let project = project.write("bootstrap/cache/config.php", "<?php return [];");
    assert_eq!(project.finding("config_cached")["level"], "note");
}

#[test]
fn a_valid_signature_is_accepted_and_any_other_is_explained() {
    let project = Project::express();
    let signature = signature("ada@example.com", TICKET_CENTER);
    let report = project.report(&["--email", "Ada@example.com", "--signature", &signature]);
    assert_eq!(the_finding(&report, "signature_holds")["level"], "ok");
    let round_trips =
        findings(&report).iter().filter(|finding| finding["code"] == "round_trip_holds");
    assert_eq!(round_trips.count(), 2);
    assert_eq!(the_finding(&report, "example_holds")["level"], "ok");

    let of_portal = self::signature("ada@example.com", PORTAL);
    let report = project.report(&["--email", "ada@example.com", "--signature", &of_portal]);
    assert_eq!(problems(&report), ["secret_of_other_purpose"]);

    let report = project.report(&["--email", "eve@example.com", "--signature", &signature]);
    assert_eq!(problems(&report), ["unexplained"]);

    let report = project.report(&["--email", "ada", "--signature", &signature]);
    assert_eq!(problems(&report), ["email_is_user_id", "unexplained"]);

    let without = Project::express().without("HELPDESKY_HMAC_SECRET");
    let report = without.report(&["--email", "ada@example.com", "--signature", &signature]);
    assert_eq!(problems(&report), ["signature_unverified"]);
}

/// Returns the signature of the e-mail by `deskseal sign`.
fn signature(email: &str, secret: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskseal"));
    command.args(["sign", "email", email, "--format", "json"]).env("HELPDESKY_HMAC_SECRET", secret);
    let signed: Value =
        serde_json::from_slice(&command.output().expect("it runs").stdout).expect("JSON");
    signed["signature"].as_str().expect("a signature").to_owned()
}

#[test]
fn a_secret_passed_as_the_name_of_a_variable_is_not_printed() {
    let project = Project::express()
        .with(TICKET_CENTER, PORTAL)
        .write(".env", format!("{PORTAL}=x\nVITE_{PORTAL}=x\n"))
        .write("build/app.js", "let a;")
        .git(&["init", "--quiet"])
        .write("a.js", format!("VITE_{TICKET_CENTER}"))
        .git(&["add", "."]);
    // `run` checks that no secret is printed.
    let report = project.report(&["--ticket-center-env", TICKET_CENTER, "--portal-env", PORTAL]);
    assert!(report.to_string().contains("the named variable"), "{report:#}");
    assert_eq!(project.run(&["--ticket-center-env", TICKET_CENTER]).status.code(), Some(1));
}

#[test]
fn wrong_or_incomplete_options_are_wrong_usage() {
    let project = Project::express();
    let cases: [&[&str]; 5] = [
        &["--portal-env", ""],
        &["--email", "ada@example.com"],
        &["--signature", "00"],
        &["--desk", "desk.example.com"],
        &["--desk", "http://desk.example.com"],
    ];
    for arguments in cases {
        let output = project.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_clock_that_is_behind_the_projects_files_is_a_problem() {
    let project = Project::express();
    assert_eq!(project.finding("clock_plausible")["level"], "note");
    let manifest = File::options().write(true).open(project.path().join("package.json"));
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    manifest.expect("the manifest").set_modified(tomorrow).expect("a time");
    assert_eq!(project.problems(), ["clock_wrong"]);
}

/// A desk that responds to one request, and that request.
struct Desk {
    address: String,
    request: JoinHandle<String>,
}

impl Desk {
    fn responding(head: &str, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}/ignored?path", listener.local_addr().expect("an address"));
        let length = body.len();
        let response = format!("HTTP/1.1 {head}Content-Length: {length}\r\n\r\n{body}");
        let request = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a request");
            let request = read_request(&stream);
            stream.write_all(response.as_bytes()).expect("a response");
            request
        });
        Self { address, request }
    }

    fn report(self, project: &Project, arguments: &[&str]) -> (Value, String) {
        let report = project.report(&[&["--desk", &self.address], arguments].concat());
        (report, self.request.join().expect("the desk received a request"))
    }
}

fn read_request(stream: &std::net::TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        reader.read_line(&mut request).expect("a line");
    }
    let length = request.lines().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<u64>().ok()
    });
    reader.take(length.unwrap_or(0)).read_to_string(&mut request).expect("a body");
    request
}

fn date(seconds_from_now: i64) -> String {
    let by = Duration::from_secs(seconds_from_now.unsigned_abs());
    let now = SystemTime::now();
    let time = if seconds_from_now < 0 { now - by } else { now + by };
    format!("Date: {}\r\n", httpdate::fmt_http_date(time))
}

#[test]
fn the_clock_is_compared_with_the_desks_clock() {
    let script = "Content-Type: text/javascript\r\n";
    let cases = [
        (0, "clock_agrees", "ok"),
        (120, "clock_differs", "warning"),
        (-3600, "clock_wrong", "problem"),
    ];
    for (seconds, code, level) in cases {
        let desk = Desk::responding(&format!("200 OK\r\n{script}{}", date(seconds)), "()");
        let (report, request) = desk.report(&Project::express(), &[]);
        assert!(request.starts_with("GET /ticket-center.js HTTP/1.1\r\n"), "{request}");
        assert_eq!(the_finding(&report, code)["level"], level);
        assert_eq!(the_finding(&report, "desk_answers")["level"], "ok");
    }
}

#[test]
fn an_address_without_a_desk_is_reported() {
    let (report, _) = Desk::responding("404 Not Found\r\n", "").report(&Project::express(), &[]);
    assert_eq!(the_finding(&report, "desk_answers_otherwise")["level"], "warning");
    assert_eq!(the_finding(&report, "clock_unknown")["level"], "note");

    let closed =
        TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let report = Project::express().report(&["--desk", &format!("http://{closed}")]);
    assert_eq!(problems(&report), ["desk_unreachable"]);
}

#[test]
fn the_desk_verifies_a_signature_of_the_project() {
    let project = Project::express().with("HELPDESKY_HELPDESK_ID", "desk-1");
    let accepted = format!("200 OK\r\n{}", date(0));
    let email = ["--email", " Ada@Example.com "];
    let desk = Desk::responding(&accepted, r#"{ "contact": { "id": "1" } }"#);
    let (report, request) = desk.report(&project, &email);
    assert_eq!(the_finding(&report, "desk_accepts")["level"], "ok");
    assert!(
        request.starts_with("POST /api/messaging/ticket-center/verify HTTP/1.1\r\n"),
        "{request}"
    );
    let body: Value =
        serde_json::from_str(request.split("\r\n\r\n").nth(1).expect("a body")).expect("JSON");
    let signature = signature("ada@example.com", TICKET_CENTER);
    let expected = serde_json::json!({
        "helpdeskId": "desk-1", "email": "ada@example.com", "signature": signature,
    });
    assert_eq!(body, expected);

    let rejection = r#"{ "error": { "code": "signature_mismatch", "message": "No." } }"#;
    let desk = Desk::responding(&format!("401 Unauthorized\r\n{}", date(0)), rejection);
    let (report, _) = desk.report(&project, &email);
    assert_eq!(problems(&report), ["desk_refuses"]);
    assert!(contains(&the_finding(&report, "desk_refuses")["message"], "signature_mismatch"));
    assert!(contains(
        &the_finding(&report, "desk_refuses")["fix"],
        "secret from the desk's dashboard"
    ));

    let desk = Desk::responding("502 Bad Gateway\r\n", "<h1>no JSON \u{1B}[31m</h1>");
    let (report, _) = desk.report(&project, &email);
    assert_eq!(problems(&report), ["desk_answers_otherwise"]);
}

#[test]
fn a_signature_is_sent_to_the_desk_only_with_the_help_desks_id() {
    let desk = Desk::responding(&format!("200 OK\r\n{}", date(0)), "");
    let (report, _) = desk.report(&Project::express(), &["--email", "ada@example.com"]);
    assert_eq!(the_finding(&report, "desk_not_asked")["level"], "note");

    let desk = Desk::responding(&format!("200 OK\r\n{}", date(0)), r#"{ "contact": {} }"#);
    let options = ["--email", "ada@example.com", "--helpdesk-id", "desk-2"];
    let (report, request) = desk.report(&Project::express(), &options);
    assert!(request.contains("\"desk-2\""), "{request}");
    assert_eq!(problems(&report), [""; 0]);
}

#[test]
fn an_email_that_cannot_be_signed_is_not_sent() {
    let project = Project::express().with("HELPDESKY_HELPDESK_ID", "desk-1");
    let report = project.report(&["--desk", "https://desk.example.com", "--email", "ada"]);
    assert_eq!(problems(&report), ["email_malformed"]);
}

#[test]
fn a_note_says_what_was_left_out_because_of_a_limit() {
    let project = Project::express().git(&["init", "--quiet"]);
    let project = project.write("video", vec![0; 8 * 1024 * 1024 + 1]).git(&["add", "video"]);
    assert!(contains(&project.finding("git_cut")["message"], "1 file in git was not searched"));

    let project = Project::express();
    for number in 0..5_001 {
        fs::create_dir(project.path().join(number.to_string())).expect("a folder");
    }
    assert_eq!(project.finding("folders_cut")["level"], "note");
}

#[cfg(unix)]
#[test]
fn malformed_files_do_not_stop_the_doctor() {
    let binary: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let project = Project::express()
        .write("a/package.json", "[".repeat(500_000))
        .write("b/package.json", "x".repeat(2 * 1024 * 1024))
        .write("c/pyproject.toml", "a = ".to_owned() + &"[".repeat(500_000))
        .write("d/requirements.txt", &binary)
        .write("d/Gemfile", &binary)
        .write("d/composer.json", "null")
        .write("d/go.mod", &binary)
        .write("f/go.mod", "module a\nrequire (\n)\n)\n(\nreplace =>\nreplace a =>\nrequire\ngo\n")
        .write("e/package.json", r#"{ "dependencies": ["express", 1], "scripts": { "a": 1 } }"#)
        .write(".env", &binary)
        .write(".env.local", "A=\"\nB='\nHELPDESKY_HMAC_SECRET\n=\n")
        .write(".env.\u{1}", "VITE_HELPDESKY_HMAC_SECRET=1");
    let report = project.report(&[]);
    let unreadable =
        findings(&report).iter().filter(|finding| finding["code"] == "manifest_unreadable");
    assert_eq!(unreadable.count(), 5, "{report:#}");
    assert_eq!(problems(&report), ["secret_in_public_variable"]);
}

#[cfg(unix)]
#[test]
fn no_file_outside_the_folder_is_read() {
    use std::os::unix::fs::symlink;

    let outside = Project::express()
        .write("bundle/app.js", TICKET_CENTER)
        .write("secrets", format!("VITE_A={TICKET_CENTER}\n"));
    let project = Project::express();
    symlink(outside.path(), project.path().join("elsewhere")).expect("a link");
    symlink(outside.path().join("secrets"), project.path().join(".env")).expect("a link");
    symlink(outside.path().join("bundle"), project.path().join("build")).expect("a link");
    let status = Command::new("mkfifo").arg(project.path().join("Gemfile")).status();
    assert!(status.expect("mkfifo runs").success());
    let report = project.report(&[]);
    assert_eq!(report["projects"].as_array().map(Vec::len), Some(1));
    assert_eq!(problems(&report), [""; 0], "{report:#}");

    let project = project.git(&["init", "--quiet"]).git(&["add", "."]);
    assert!(contains(&project.finding("git_searched")["message"], "1 file "));
}

#[cfg(unix)]
#[test]
fn names_of_files_are_printed_without_control_characters() {
    let env = format!("HELPDESKY_HMAC_SECRET={TICKET_CENTER}\n");
    let project = Project::express()
        .git(&["init", "--quiet"])
        .write(".env.\u{1B}[31m", &env)
        .write("\u{1B}[31m/package.json", EXPRESS)
        .write("\u{1B}[31m/build/app.js", TICKET_CENTER);
    // `run` checks that no control character is printed.
    let printed = text(&project.run(&[]).stdout);
    assert!(
        printed.contains(".env.\\u{1b}[31m") && printed.contains("\\u{1b}[31m/build/app.js:1"),
        "{printed}"
    );
}

#[cfg(unix)]
#[test]
fn build_output_that_cannot_be_read_gives_a_warning() {
    let project = Project::express();
    let status = Command::new("mkfifo").arg(project.path().join("build")).status();
    assert!(status.expect("mkfifo runs").success());
    let report = project.report(&[]);
    assert_eq!(the_finding(&report, "bundle_unread")["level"], "warning");
    assert!(findings(&report).iter().all(|finding| finding["code"] != "bundle_searched"));
}
