//! Reads a project's dependencies from its manifests, such as package.json or pyproject.toml.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;
use toml::Table;

use super::files::Root;
use super::frameworks::{GO_MODULE, Language};

/// The usual names of Python's requirements files.
const REQUIREMENTS: [&str; 9] = [
    "requirements.txt",
    "requirements.in",
    "requirements/base.txt",
    "requirements/common.txt",
    "requirements/prod.txt",
    "requirements/production.txt",
    "requirements-prod.txt",
    "requirements/requirements.txt",
    "requirements/local.txt",
];

/// One declared dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dependency {
    pub(super) language: Language,
    /// The name, in the registry's spelling.
    pub(super) name: String,
    /// The declared version, if it is safe to print.
    pub(super) version: Option<String>,
    /// Whether it is a development dependency, which a deployment does not install.
    pub(super) is_for_development: bool,
    /// The manifest that declares it.
    pub(super) file: String,
}

/// What the manifests of a folder declare.
#[derive(Default)]
pub(super) struct Manifests {
    pub(super) dependencies: Vec<Dependency>,
    /// The scripts of package.json, one after the other.
    pub(super) scripts: String,
    /// The manifests that exist but cannot be read.
    pub(super) unreadable: Vec<String>,
}

impl Manifests {
    /// Reads all manifests in the folder.
    pub(super) fn read(root: &Root, folder: &Path) -> Self {
        let mut manifests = Self::default();
        for file in REQUIREMENTS {
            if let Some(text) = root.text(&folder.join(file)) {
                manifests.add_requirements(file, &text);
            }
        }
        manifests.parse(root, folder, "pyproject.toml", Self::add_pyproject);
        manifests.parse(root, folder, "Pipfile", Self::add_pipfile);
        manifests.parse(root, folder, "package.json", Self::add_package_json);
        manifests.parse(root, folder, "composer.json", Self::add_composer_json);
        manifests.parse(root, folder, "go.mod", Self::add_go_mod);
        if let Some(text) = root.text(&folder.join("Gemfile")) {
            manifests.add_gemfile(&text);
        }
        if let Some(text) = root.text(&folder.join("Gemfile.lock")) {
            manifests.take_version_of_lock(&text);
        }
        manifests
    }

    /// Tells whether a manifest of this language declares anything.
    pub(super) fn has(&self, language: Language) -> bool {
        self.dependencies.iter().any(|dependency| dependency.language == language)
    }

    /// Adds what a manifest declares, or notes that it cannot be read.
    fn parse(
        &mut self,
        root: &Root,
        folder: &Path,
        file: &'static str,
        add: fn(&mut Self, &str) -> Option<()>,
    ) {
        let path = folder.join(file);
        let read = root.text(&path).and_then(|text| add(self, &text));
        if read.is_none() && root.has(&path) {
            self.unreadable.push(file.to_owned());
        }
    }

    fn add(&mut self, language: Language, file: &str, name: &str, version: &str, kind: Kind) {
        self.dependencies.push(Dependency {
            language,
            name: name.to_owned(),
            version: shown_version(version),
            is_for_development: kind == Kind::Development,
            file: file.to_owned(),
        });
    }

    fn add_requirements(&mut self, file: &str, text: &str) {
        for line in text.lines() {
            self.add_requirement(file, line, Kind::Production);
        }
    }

    /// Adds a requirement in the form of PEP 508. Options and URLs are ignored.
    fn add_requirement(&mut self, file: &str, line: &str, kind: Kind) {
        let requirement = line.split(['#', ';']).next().unwrap_or_default().trim();
        let is_of_name =
            |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
        let end = requirement.find(|character| !is_of_name(character));
        let (name, rest) = requirement.split_at(end.unwrap_or(requirement.len()));
        if name.is_empty() || name.starts_with('-') {
            return;
        }
        let version = match rest.trim_start().strip_prefix('[') {
            Some(extras) => extras.split_once(']').map_or("", |(_, version)| version),
            None => rest,
        };
        self.add(Language::Python, file, &python_name(name), version, kind);
    }

    fn add_pyproject(&mut self, text: &str) -> Option<()> {
        const FILE: &str = "pyproject.toml";
        let manifest: Table = text.parse().ok()?;
        let project = manifest.get("project");
        let required = project.and_then(|project| project.get("dependencies"));
        self.add_requirement_list(required, Kind::Production);
        let optional = project.and_then(|project| project.get("optional-dependencies"));
        for list in optional.and_then(toml::Value::as_table).into_iter().flat_map(Table::values) {
            self.add_requirement_list(Some(list), Kind::Production);
        }
        let groups = manifest.get("dependency-groups").and_then(toml::Value::as_table);
        for list in groups.into_iter().flat_map(Table::values) {
            self.add_requirement_list(Some(list), Kind::Development);
        }
        let poetry = manifest.get("tool").and_then(|tool| tool.get("poetry"));
        let poetry = poetry.and_then(|poetry| poetry.get("dependencies"));
        self.add_python_table(FILE, poetry, Kind::Production);
        Some(())
    }

    fn add_requirement_list(&mut self, list: Option<&toml::Value>, kind: Kind) {
        let lines = list.and_then(toml::Value::as_array).into_iter().flatten();
        for line in lines.filter_map(toml::Value::as_str) {
            self.add_requirement("pyproject.toml", line, kind);
        }
    }

    fn add_pipfile(&mut self, text: &str) -> Option<()> {
        const FILE: &str = "Pipfile";
        let manifest: Table = text.parse().ok()?;
        self.add_python_table(FILE, manifest.get("packages"), Kind::Production);
        self.add_python_table(FILE, manifest.get("dev-packages"), Kind::Development);
        Some(())
    }

    fn add_python_table(&mut self, file: &str, table: Option<&toml::Value>, kind: Kind) {
        for (name, value) in table.and_then(toml::Value::as_table).into_iter().flatten() {
            let version = value.as_str().or_else(|| value.get("version")?.as_str());
            let version = version.unwrap_or_default();
            self.add(Language::Python, file, &python_name(name), version, kind);
        }
    }

    fn add_package_json(&mut self, text: &str) -> Option<()> {
        let manifest: Value = serde_json::from_str(text).ok()?;
        self.add_json_object(Language::Node, &manifest, "dependencies", Kind::Production);
        self.add_json_object(Language::Node, &manifest, "devDependencies", Kind::Development);
        let scripts = manifest.get("scripts").and_then(Value::as_object);
        for script in scripts.into_iter().flat_map(|scripts| scripts.values()) {
            self.scripts.push_str(script.as_str().unwrap_or_default());
            self.scripts.push('\n');
        }
        manifest.is_object().then_some(())
    }

    fn add_composer_json(&mut self, text: &str) -> Option<()> {
        let manifest: Value = serde_json::from_str(text).ok()?;
        self.add_json_object(Language::Php, &manifest, "require", Kind::Production);
        self.add_json_object(Language::Php, &manifest, "require-dev", Kind::Development);
        manifest.is_object().then_some(())
    }

    fn add_json_object(&mut self, language: Language, manifest: &Value, field: &str, kind: Kind) {
        let file = if language == Language::Php { "composer.json" } else { "package.json" };
        for (name, version) in manifest.get(field).and_then(Value::as_object).into_iter().flatten()
        {
            self.add(language, file, name, version.as_str().unwrap_or_default(), kind);
        }
    }

    /// Adds the version of Go and the required modules, each with the version that a replacement gives it. An indirect
    /// module is one of other modules, and no framework of this one. Deskseal's own may have that comment until
    /// `go mod tidy` runs.
    fn add_go_mod(&mut self, text: &str) -> Option<()> {
        const FILE: &str = "go.mod";
        let lines = go_lines(text);
        lines.iter().find(|line| line.keyword == "module")?;
        let replacements: HashMap<_, _> = lines.iter().filter_map(GoLine::replacement).collect();
        for line in &lines {
            match (line.keyword, &line.words[..]) {
                ("go", [version]) => self.add(Language::Go, FILE, "go", version, Kind::Production),
                ("require", [path, version]) if !line.is_indirect || go_name(path) == GO_MODULE => {
                    let keys = [(*path, Some(*version)), (*path, None)];
                    let replaced = keys.iter().find_map(|key| replacements.get(key).copied());
                    let version = replaced.unwrap_or(version);
                    self.add(Language::Go, FILE, go_name(path), version, Kind::Production);
                }
                _ => {}
            }
        }
        Some(())
    }

    /// Adds the lines `gem "name", "version"`. A Gemfile is a program, which is not run: other ways to
    /// declare a gem are not recognized.
    fn add_gemfile(&mut self, text: &str) {
        for line in text.lines() {
            let Some(arguments) = line.trim_start().strip_prefix("gem") else { continue };
            let texts = quoted_texts(arguments);
            let is_call = arguments.starts_with([' ', '(']);
            let [name, rest @ ..] = &texts[..] else { continue };
            if is_call {
                let is_version = |text: &&&str| text.contains(|c: char| c.is_ascii_digit());
                let version = rest.iter().find(is_version).copied().unwrap_or_default();
                self.add(Language::Ruby, "Gemfile", name, version, Kind::Production);
            }
        }
    }

    /// Takes the exact version from the line `    deskseal (1.2.3)` of Gemfile.lock.
    fn take_version_of_lock(&mut self, text: &str) {
        let mut versions = text.lines().filter_map(|line| line.strip_prefix("    deskseal ("));
        let Some(version) = versions.next() else { return };
        let is_gem = |dependency: &&mut Dependency| {
            dependency.language == Language::Ruby && dependency.name == "deskseal"
        };
        for gem in self.dependencies.iter_mut().filter(is_gem) {
            gem.version = shown_version(version.trim_end_matches(')'));
        }
    }
}

/// Whether a dependency is for production or for development.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Production,
    Development,
}

/// A line of go.mod, alone or in a block.
struct GoLine<'text> {
    keyword: &'text str,
    words: Vec<&'text str>,
    /// Whether the comment says that the module is one of other modules.
    is_indirect: bool,
}

impl<'text> GoLine<'text> {
    /// Returns a replaced module, its only version that is replaced if there is one, and the version in its place: none if
    /// a folder replaces it.
    fn replacement(&self) -> Option<((&'text str, Option<&'text str>), &'text str)> {
        let arrow = self.words.iter().position(|word| *word == "=>")?;
        let (replaced, by) = self.words.split_at(arrow);
        let version = by.get(2).copied().unwrap_or_default();
        let path = *replaced.first()?;
        (self.keyword == "replace").then(|| ((path, replaced.get(1).copied()), version))
    }
}

/// Returns the lines of go.mod: `keyword words…`, or `words…` in a block `keyword ( … )`.
fn go_lines(text: &str) -> Vec<GoLine<'_>> {
    let mut lines = Vec::new();
    let mut block = None;
    for line in text.lines() {
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        let opens = code.trim_end().ends_with('(');
        let is_between = |one: char| one.is_whitespace() || "()\"`".contains(one);
        let mut words: Vec<&str> = code.split(is_between).filter(|word| !word.is_empty()).collect();
        let is_indirect =
            comment.split([' ', '\t', ';']).find(|word| !word.is_empty()) == Some("indirect");
        match block {
            Some(_) if code.trim() == ")" => block = None,
            Some(keyword) => lines.push(GoLine { keyword, words, is_indirect }),
            None if words.is_empty() => {}
            None if opens => block = Some(words[0]),
            None => lines.push(GoLine { keyword: words.remove(0), words, is_indirect }),
        }
    }
    lines
}

/// Returns a module's path without its major version: `/v5` is a part of the path.
fn go_name(path: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    path.rsplit_once("/v").filter(|(_, major)| is_number(major)).map_or(path, |(name, _)| name)
}

/// Returns the name as PEP 503 normalizes it.
fn python_name(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

/// Returns the version if it looks like one. A URL in its place may contain a password.
fn shown_version(version: &str) -> Option<String> {
    let version = version.trim();
    let is_of_version = |character: char| {
        character.is_ascii_alphanumeric() || " .,^~<>=!*|+-@()".contains(character)
    };
    let is_shown = (1..=40).contains(&version.len()) && version.chars().all(is_of_version);
    is_shown.then(|| version.to_owned())
}

fn quoted_texts(text: &str) -> Vec<&str> {
    text.split(['"', '\'']).skip(1).step_by(2).collect()
}
