//! Reads the conformance cases: requests to an adapter, and their expected results.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use fs_err as fs;
use serde_json::{Map, Value, json};

use crate::files;
use crate::workspace::Workspace;

/// The folder of the vectors. Each file follows the schema in the same folder.
pub(crate) const FOLDER: &str = "tests/vectors";
/// The JSON Schema of the vector files, in their folder.
pub(crate) const SCHEMA: &str = "schema.json";

/// The members of a case that are sent to the adapter.
const REQUEST: [&str; 5] = ["id", "class", "new", "call", "args"];

/// One call, and its expected result.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) comment: String,
    /// `{ id, class?, new?, call, args }`
    pub(crate) request: Value,
    /// The variables that the adapter's process must have.
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) expected: Outcome,
}

/// A value or an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Value(Value),
    Error { kind: String, code: String },
}

impl Outcome {
    /// Reads the value or the error of a response.
    pub(crate) fn of_answer(answer: &Map<String, Value>) -> Option<Self> {
        match (answer.get("value"), answer.get("error")) {
            (Some(value), None) => Some(Self::Value(with_codes_of_findings(value))),
            (None, Some(error)) => {
                let text = |name| Some(error.get(name)?.as_str()?.to_owned());
                Some(Self::Error { kind: text("kind")?, code: text("code")? })
            }
            _ => None,
        }
    }

    /// Tells whether both are equal. The attributes of an embed must have the same order (SPEC 6.1).
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self == other && self.attribute_names() == other.attribute_names()
    }

    /// Tells whether it is an error with one of the codes.
    pub(crate) fn is_one_of(&self, codes: &[String]) -> bool {
        matches!(self, Self::Error { code, .. } if codes.contains(code))
    }

    fn attribute_names(&self) -> Option<Vec<&String>> {
        match self {
            Self::Value(value) => Some(value.get("attributes")?.as_object()?.keys().collect()),
            Self::Error { .. } => None,
        }
    }

    fn of_case(case: &Map<String, Value>) -> Option<Self> {
        let text = |name| Some(case.get(name)?.as_str()?.to_owned());
        match (case.get("expect"), case.get("error")) {
            (Some(value), None) => Some(Self::Value(value.clone())),
            (None, Some(_)) => Some(Self::Error { kind: text("kind")?, code: text("error")? }),
            _ => None,
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(value) => write!(formatter, "value {value}"),
            Self::Error { kind, code } => write!(formatter, "error {code}, kind {kind}"),
        }
    }
}

impl Case {
    /// Reads a case of a vector file.
    fn read(case: &Value) -> Result<Self> {
        let case = case.as_object().context("a case is not an object")?;
        let text = |name: &str| case.get(name).and_then(Value::as_str);
        let id = text("id").context("a case has no id")?;
        let request = REQUEST
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), case.get(name)?.clone())))
            .collect::<Map<_, _>>();
        let environment = match case.get("env") {
            None => BTreeMap::new(),
            Some(environment) => serde_json::from_value(environment.clone())
                .with_context(|| format!("{id}: `env` is not an object of texts"))?,
        };
        let expected = Outcome::of_case(case)
            .with_context(|| format!("{id} has neither `expect` nor `error` and `kind`"))?;
        Ok(Self {
            id: id.to_owned(),
            comment: text("comment").unwrap_or_default().to_owned(),
            request: request.into(),
            environment,
            expected,
        })
    }

    /// Returns the name of the call.
    pub(crate) fn call(&self) -> Option<&str> {
        self.request.get("call")?.as_str()
    }

    /// Tells whether one of its secrets is missing: none, in the language's own way.
    pub(crate) fn has_no_secret(&self) -> bool {
        let is_null = |place| self.request.pointer(place).is_some_and(Value::is_null);
        let others = self.request.pointer("/args/other_secrets").and_then(Value::as_array);
        is_null("/new/secret") || others.is_some_and(|others| others.iter().any(Value::is_null))
    }

    /// Returns the variable that the call's constructor reads.
    pub(crate) fn variable(&self) -> Option<&str> {
        self.request.get("new")?.get("name")?.as_str()
    }
}

/// The content of a vector file.
pub(crate) struct VectorFile {
    pub(crate) name: String,
    /// The file as JSON, for the schema.
    pub(crate) content: Value,
    pub(crate) cases: Vec<Case>,
}

impl VectorFile {
    fn read(path: &Path) -> Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let content: Value = serde_json::from_str(&fs::read_to_string(path)?)
            .with_context(|| format!("{name} is not JSON"))?;
        let cases = content
            .get("cases")
            .and_then(Value::as_array)
            .with_context(|| format!("{name} has no list `cases`"))?
            .iter()
            .map(Case::read)
            .collect::<Result<_>>()
            .with_context(|| format!("in {name}"))?;
        Ok(Self { name, content, cases })
    }
}

/// Reads all vector files, in the order of their names.
pub(crate) fn vector_files(workspace: &Workspace) -> Result<Vec<VectorFile>> {
    let files = files::with_extension(&workspace.path(FOLDER), "json")?
        .iter()
        .filter(|path| path.file_name().is_some_and(|name| name != SCHEMA))
        .map(|path| VectorFile::read(path))
        .collect::<Result<Vec<_>>>()?;
    if files.is_empty() {
        bail!("{FOLDER} has no vectors; generate them with `cargo xtask vectors`");
    }
    Ok(files)
}

/// Replaces the findings of a response by their codes: the vectors list codes without sentences.
fn with_codes_of_findings(value: &Value) -> Value {
    let codes = || {
        let findings = value.get("findings")?.as_array()?;
        let code_of = |finding: &Value| {
            let has_sentence = !finding.get("message")?.as_str()?.is_empty();
            has_sentence.then(|| finding.get("code").cloned())?
        };
        findings.iter().map(code_of).collect::<Option<Vec<_>>>()
    };
    codes().map_or_else(|| value.clone(), |codes| json!({ "findings": codes }))
}
