//! Checks that `tests/api.toml` agrees with the core, SPEC.md and the vectors.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use deskseal::{EmbedOptions, ErrorCode, FindingCode, Secret, Signer, VerifierOptions};
use serde::Deserialize;
use serde_json::Value;

/// The contract. An unknown field is an error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Api {
    version: String,
    errors: BTreeMap<String, Vec<String>>,
    error_classes: ErrorClasses,
    findings: BTreeMap<String, Vec<String>>,
    constants: BTreeMap<String, toml::Value>,
    results: BTreeMap<String, Vec<Field>>,
    call: Vec<Call>,
    #[expect(dead_code, reason = "read by that language's own test")]
    own_parameters: BTreeMap<String, toml::Table>,
    names: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorClasses {
    base: String,
    secret: String,
    input: String,
    verification: String,
    fields: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    class: Option<String>,
    name: String,
    parameters: Vec<Parameter>,
    returns: String,
    errors: Vec<String>,
    visitor_errors: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    by: String,
    default: Option<toml::Value>,
    pattern: Option<String>,
    ill_formed: Option<String>,
}

impl Call {
    fn full_name(&self) -> String {
        self.class.iter().chain([&self.name]).cloned().collect::<Vec<_>>().join(".")
    }

    /// Returns every pair of code and kind that a JSON request can cause.
    fn possible_errors(&self, kinds: &BTreeMap<String, String>) -> BTreeSet<(String, String)> {
        let own = self.errors.iter().map(|code| (code.clone(), kinds[code].clone()));
        let visitors = self.visitor_errors.iter();
        own.chain(visitors.map(|code| (code.clone(), "verification".to_owned()))).collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn api() -> Api {
    toml::from_str(&read("tests/api.toml")).expect("tests/api.toml has the form of this test")
}

/// Returns the kind of every error code, as the contract says.
fn kinds(api: &Api) -> BTreeMap<String, String> {
    api.errors
        .iter()
        .flat_map(|(kind, codes)| codes.iter().map(|code| (code.clone(), kind.clone())))
        .collect()
}

/// Returns all cases of all vector files.
fn cases() -> Vec<Value> {
    let entries = std::fs::read_dir(root().join("tests/vectors")).expect("there are vectors");
    let is_vectors = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "json")
            && !path.ends_with("schema.json")
    };
    entries
        .map(|entry| entry.expect("it can be listed").path())
        .filter(is_vectors)
        .flat_map(|path| {
            let text = std::fs::read_to_string(path).expect("vectors can be read");
            let file: Value = serde_json::from_str(&text).expect("vectors are JSON");
            file["cases"].as_array().expect("a file has cases").clone()
        })
        .collect()
}

/// Returns the calls that a case makes: its constructor, and its method or function.
fn calls_of<'api>(api: &'api Api, case: &Value) -> Vec<&'api Call> {
    let class = case["class"].as_str();
    let constructor = if case["new"].get("name").is_some() { "from_env" } else { "new" };
    let find = |class: Option<&str>, name: &str| {
        api.call
            .iter()
            .find(|call| call.class.as_deref() == class && call.name == name)
            .unwrap_or_else(|| panic!("{class:?} {name} of {} is not in the contract", case["id"]))
    };
    let call = find(class, case["call"].as_str().expect("a case has a call"));
    class.map(|class| find(Some(class), constructor)).into_iter().chain([call]).collect()
}

#[test]
fn error_codes_and_their_kinds_are_those_of_the_core() {
    let api = api();
    let stated = ["secret", "input", "verification"]
        .into_iter()
        .flat_map(|kind| api.errors[kind].iter().map(move |code| (code.as_str(), kind)))
        .collect::<Vec<_>>();
    let real =
        ErrorCode::ALL.iter().map(|code| (code.as_str(), code.kind().as_str())).collect::<Vec<_>>();
    assert_eq!(stated, real);
    assert_eq!(api.errors.len(), 3);
}

#[test]
fn finding_codes_are_those_of_the_core() {
    let api = api();
    let subjects =
        ["question", "email", "secret", "call", "written_signature", "link", "identity_token"];
    let stated = subjects.iter().flat_map(|subject| &api.findings[*subject]).collect::<Vec<_>>();
    let real = FindingCode::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>();
    assert_eq!(stated, real);
    assert_eq!(api.findings.len(), subjects.len());
}

/// Constants without a value here are the integrations' own.
#[test]
fn constants_are_those_of_the_core() {
    let api = api();
    let headers: toml::Table = deskseal::IDENTITY_HEADERS
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()))
        .collect();
    let core: [(&str, toml::Value); 12] = [
        ("ticket_center_variables", Secret::TICKET_CENTER_VARIABLES.to_vec().into()),
        ("portal_variables", Secret::PORTAL_VARIABLES.to_vec().into()),
        ("identity_variables", Secret::IDENTITY_VARIABLES.to_vec().into()),
        ("token_parameter", deskseal::TOKEN_PARAMETER.into()),
        ("link_parameters", deskseal::LINK_PARAMETERS.to_vec().into()),
        ("cache_control", deskseal::CACHE_CONTROL.into()),
        ("no_history", deskseal::NO_HISTORY.into()),
        ("identity_headers", headers.into()),
        ("site_header", deskseal::SITE_HEADER.into()),
        ("cross_site", deskseal::CROSS_SITE.into()),
        ("origin_pattern", deskseal::ORIGIN_PATTERN.into()),
        ("click_headers", deskseal::CLICK_HEADERS.to_vec().into()),
    ];
    for (name, value) in core {
        assert_eq!(api.constants[name], value, "{name}");
    }
}

#[test]
fn the_pattern_of_origins_accepts_what_browsers_send() {
    let pattern =
        regex::Regex::new(&format!("^(?:{})$", deskseal::ORIGIN_PATTERN)).expect("a pattern");
    for origin in [
        "https://app.example.com",
        "http://localhost:3000",
        "https://xn--bcher-kva.example",
        "https://my_app.example.com:8443",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
    ] {
        assert!(pattern.is_match(origin), "{origin}");
    }
    for other in [
        "",
        "*",
        "null",
        "app.example.com",
        "//app.example.com",
        "https://",
        "https://*.example.com",
        "https://app.example.com/",
        "https://app.example.com/help",
        "https://app.example.com?",
        "https://app.example.com:",
        "https://app.example.com.",
        "https://ada@app.example.com",
        "https://App.example.com",
        "HTTPS://app.example.com",
        "ftp://app.example.com",
        " https://app.example.com",
        "https://app.example.com https://www.example.com",
    ] {
        assert!(!pattern.is_match(other), "{other}");
    }
}

#[test]
fn defaults_are_those_of_the_core() {
    let api = api();
    let default_of = |class: &str, call: &str, parameter: &str| {
        let is_called = |each: &&Call| each.class.as_deref() == Some(class) && each.name == call;
        let call = api.call.iter().find(is_called).expect("the call is in the contract");
        let found = call.parameters.iter().find(|each| each.name == parameter);
        found.and_then(|parameter| parameter.default.clone())
    };
    let embed = |name: &str| default_of("Signer", "ticket_center", name);
    assert_eq!(embed("align"), Some(deskseal::DEFAULT_ALIGN.into()));
    assert_eq!(embed("max_width"), Some(deskseal::DEFAULT_MAX_WIDTH.into()));
    assert_eq!(embed("container"), Some(deskseal::DEFAULT_CONTAINER.into()));
    assert_eq!(embed("script_url"), Some(deskseal::DEFAULT_SCRIPT_URL.into()));
    let lifetime = |call| default_of("Signer", call, "expires_in");
    assert_eq!(lifetime("identity_token"), Some(deskseal::DEFAULT_TOKEN_LIFETIME.into()));
    assert_eq!(lifetime("ticket_center_with_token"), Some(deskseal::DEFAULT_TOKEN_LIFETIME.into()));
    let of_link = deskseal::DEFAULT_LINK_TOKEN_LIFETIME;
    assert_eq!(lifetime("portal_link_with_token"), Some(of_link.into()));
    for constructor in ["new", "from_env"] {
        let tolerance = default_of("Verifier", constructor, "tolerance");
        assert_eq!(tolerance, Some(deskseal::Tolerance::DEFAULT.seconds().into()));
    }
}

/// Compares the patterns with the core on the texts of the vectors.
#[test]
fn patterns_are_the_grammar_of_the_core() {
    let signer = Signer::new(Secret::new("example-secret-for-documentation").expect("accepted"));
    let api = api();
    let options = api.call.iter().flat_map(|call| &call.parameters);
    let mut tried = 0;
    for Parameter { name, pattern, .. } in options {
        let Some(pattern) = pattern else { continue };
        let pattern = regex::Regex::new(&format!("^(?:{pattern})$")).expect("a pattern");
        for case in cases() {
            let Some(text) = case["args"][name].as_str() else { continue };
            let options = match name.as_str() {
                "align" => EmbedOptions { align: Some(text), ..EmbedOptions::default() },
                "max_width" => EmbedOptions { max_width: Some(text), ..EmbedOptions::default() },
                "container" => EmbedOptions { container: Some(text), ..EmbedOptions::default() },
                other => panic!("{other} has a pattern that is not compared"),
            };
            let is_accepted = signer.ticket_center("ada@example.com", "desk-1", &options).is_ok();
            assert_eq!(pattern.is_match(text), is_accepted, "{name} {text:?}");
            tried += 1;
        }
    }
    assert!(tried >= 20, "{tried}");
}

#[test]
fn findings_and_their_subjects_are_those_of_spec_8() {
    let api = api();
    let specification = read("SPEC.md");
    for (subject, codes) in &api.findings {
        let row_start =
            format!("| the {} | `", subject.replace('_', " ").replace("email", "e-mail"));
        let row = specification.lines().find(|line| line.starts_with(&row_start));
        let row = row.unwrap_or_else(|| panic!("SPEC 8 has no row {row_start}"));
        let listed: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert_eq!(&listed, codes, "SPEC 8, {subject}");
    }
}

#[test]
fn error_codes_and_their_kinds_are_those_of_spec_7() {
    let api = api();
    let specification = read("SPEC.md");
    for (kind, codes) in &api.errors {
        let start = specification.find(&format!("- **{kind}**")).expect("SPEC 7.1 lists the kind");
        let item = &specification[start + 1..];
        let end = item.find("\n- ").into_iter().chain(item.find("\n\n")).min();
        let listed: Vec<&str> =
            item[..end.expect("it ends")].split('`').skip(1).step_by(2).collect();
        assert_eq!(&listed, codes, "SPEC 7.1, {kind}");
    }
}

#[test]
fn the_version_is_the_workspaces() {
    assert_eq!(api().version, env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_name_that_is_used_is_defined() {
    let api = api();
    let kinds = kinds(&api);
    let classes: BTreeSet<&str> =
        api.call.iter().filter_map(|call| call.class.as_deref()).collect();
    let is_type = |name: &str| {
        let name = name.trim_end_matches('?');
        let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        let plain = [
            "text",
            "received",
            "integer",
            "flag",
            "time",
            "secret",
            "previous",
            "names",
            "map",
            "attributes",
        ];
        plain.contains(&name) || classes.contains(name) || api.results.contains_key(name)
    };
    for call in &api.call {
        let name = call.full_name();
        assert!(is_type(&call.returns), "{name} returns {}", call.returns);
        let ill_formed =
            call.parameters.iter().filter_map(|parameter| parameter.ill_formed.as_ref());
        for code in call.errors.iter().chain(&call.visitor_errors).chain(ill_formed) {
            assert!(kinds.contains_key(code), "{name} names the unknown code {code}");
        }
        for parameter in &call.parameters {
            assert!(is_type(&parameter.kind), "{name}: {} is {}", parameter.name, parameter.kind);
            assert!(["position", "name"].contains(&parameter.by.as_str()), "{name}");
        }
    }
    for field in api.results.values().flatten().chain(&api.error_classes.fields) {
        assert!(is_type(&field.kind), "{} is {}", field.name, field.kind);
    }
    let ErrorClasses { base, secret, input, verification, .. } = &api.error_classes;
    let errors = [base, secret, input, verification];
    let functions = api.call.iter().filter(|call| call.class.is_none()).map(|call| &call.name);
    let functions: Vec<&String> = functions.collect();
    for name in api.names.values().flat_map(BTreeMap::keys) {
        let is_known = ["case", "new"].contains(&name.as_str())
            || errors.contains(&name)
            || functions.contains(&name);
        assert!(is_known, "[names] spells {name}, which is not in the contract");
    }
}

#[test]
fn every_text_parameter_has_the_code_of_ill_formed_text() {
    for call in api().call {
        for parameter in &call.parameters {
            let is_text = ["text", "secret", "previous", "names", "attributes"]
                .iter()
                .any(|kind| parameter.kind.contains(kind));
            assert_eq!(
                parameter.ill_formed.is_some(),
                is_text,
                "{}: {}",
                call.full_name(),
                parameter.name
            );
        }
    }
}

fn is_optional(parameter: &Parameter) -> bool {
    parameter.default.is_some() || parameter.kind.ends_with('?')
}

#[test]
fn optional_parameters_are_passed_by_name_and_come_last() {
    for call in api().call {
        let by_name = |parameter: &Parameter| parameter.by == "name";
        let name = call.full_name();
        assert!(call.parameters.iter().is_sorted_by_key(by_name), "{name}");
        assert!(call.parameters.iter().is_sorted_by_key(is_optional), "{name}");
        let is_in_order = |parameter: &Parameter| !is_optional(parameter) || by_name(parameter);
        assert!(call.parameters.iter().all(is_in_order), "{name}");
    }
}

#[test]
fn the_vectors_arguments_are_the_contracts_parameters() {
    let api = api();
    for case in cases() {
        let calls = calls_of(&api, &case);
        let given = [case.get("new"), case.get("args")].into_iter().flatten();
        for (call, given) in calls.iter().zip(given) {
            let name = call.full_name();
            let mut given = given.as_object().expect("arguments are an object").clone();
            for parameter in &call.parameters {
                let kind = parameter.kind.trim_end_matches('?');
                match given.remove(&parameter.name) {
                    Some(value) => assert!(
                        is_of(&api, &value, kind),
                        "{}: {name} takes {kind} as {}, and not {value}",
                        case["id"],
                        parameter.name
                    ),
                    None => assert!(
                        is_optional(parameter) && kind != "time",
                        "{}: {name} has no {}",
                        case["id"],
                        parameter.name
                    ),
                }
            }
            let others: Vec<&String> = given.keys().collect();
            assert!(others.is_empty(), "{}: {name} takes no {others:?}", case["id"]);
        }
    }
}

#[test]
fn the_vectors_results_are_the_contracts() {
    let api = api();
    for case in cases() {
        let call = calls_of(&api, &case).pop().expect("there is a call");
        let Some(value) = case.get("expect") else { continue };
        assert!(
            is_of(&api, value, &call.returns),
            "{}: {} returns {}, and not {value}",
            case["id"],
            call.full_name(),
            call.returns
        );
    }
}

/// Tells whether the value is of the contract's type, as the vectors write it.
fn is_of(api: &Api, value: &Value, kind: &str) -> bool {
    if let Some(kind) = kind.strip_suffix('?') {
        return value.is_null() || is_of(api, value, kind);
    }
    if let Some(kind) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        return value.as_array().is_some_and(|list| list.iter().all(|item| is_of(api, item, kind)));
    }
    match kind {
        "text" | "received" => value.is_string(),
        "secret" => value.is_string() || value.is_null(),
        "names" => is_of(api, value, "text") || is_of(api, value, "[text]"),
        "integer" | "time" => value.is_i64(),
        "flag" => value.is_boolean(),
        "attributes" => value.as_object().is_some_and(|attributes| {
            attributes
                .values()
                .all(|value| ["text", "integer", "flag"].iter().any(|kind| is_of(api, value, kind)))
        }),
        "map" => value.as_object().is_some_and(|map| map.values().all(Value::is_string)),
        "previous" => value.as_array().is_some_and(|pair| match pair.as_slice() {
            [secret, expires_at] => secret.is_string() && expires_at.is_i64(),
            _ => false,
        }),
        // Of a finding the code, which never changes.
        "Finding" => api.findings.values().flatten().any(|code| value == code.as_str()),
        result => value.as_object().is_some_and(|value| {
            let fields = &api.results[result];
            value.keys().eq(fields.iter().map(|field| &field.name))
                && fields
                    .iter()
                    .zip(value.values())
                    .all(|(field, value)| is_field(api, value, field))
        }),
    }
}

/// Tells whether the value is one that a result can have in the field.
fn is_field(api: &Api, value: &Value, field: &Field) -> bool {
    let is_signature = |text: &str| {
        text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    match (field.name.as_str(), field.kind.as_str()) {
        ("signature", _) => value.as_str().is_some_and(is_signature),
        (_, "integer") => value.is_u64(),
        (_, "[Finding]") => {
            let codes = value.as_array().map_or(&[][..], Vec::as_slice);
            let different: BTreeSet<String> = codes.iter().map(Value::to_string).collect();
            !codes.is_empty() && different.len() == codes.len() && is_of(api, value, "[Finding]")
        }
        (_, kind) => is_of(api, value, kind),
    }
}

/// Tells whether the constructor accepts what it gets in the case, so that another call gives the error.
fn is_constructed(case: &Value) -> bool {
    let previous = case["new"]["previous"].as_array().map_or(&[][..], Vec::as_slice);
    let previous = previous.iter().map(|pair| (pair[0].as_str(), pair[1].as_i64().unwrap_or(-1)));
    let tolerance = case["new"]["tolerance"].as_i64();
    Secret::new(case["new"]["secret"].as_str()).is_ok()
        && VerifierOptions::new(previous, tolerance).is_ok()
}

#[test]
fn the_vectors_cause_every_error_of_the_contract_and_no_other() {
    let api = api();
    let kinds = kinds(&api);
    let mut missing: BTreeMap<String, BTreeSet<(String, String)>> =
        api.call.iter().map(|call| (call.full_name(), call.possible_errors(&kinds))).collect();
    for case in cases() {
        let (Some(code), Some(kind)) = (case["error"].as_str(), case["kind"].as_str()) else {
            continue;
        };
        let error = (code.to_owned(), kind.to_owned());
        let calls = calls_of(&api, &case);
        let mut able = calls.iter().filter(|call| call.possible_errors(&kinds).contains(&error));
        let Some(call) = (if is_constructed(&case) { able.next_back() } else { able.next() })
        else {
            panic!("{}: no call of it gives {error:?} by the contract", case["id"]);
        };
        missing.get_mut(&call.full_name()).expect("all calls are there").remove(&error);
    }
    missing.retain(|_, errors| !errors.is_empty());
    assert_eq!(missing, BTreeMap::new(), "no vector causes these errors");
}
