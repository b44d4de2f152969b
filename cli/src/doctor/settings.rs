//! Checks a project's variables: that the secrets are set, valid, different, and in no public variable.

use std::fs;

use deskseal::{ErrorCode, Secret, Signer};

use super::files::Root;
use super::finding::Finding;
use super::projects::Project;
use super::signatures;
use super::variables::{self, Location, UNNAMED, Variable, shown_name};
use crate::escape::escaped;

/// How many `.env` files of one folder are read.
const MAX_FILES: usize = 50;

/// How many public variables with a secret are reported for each project.
const MAX_PUBLIC: usize = 20;

/// What a secret is for. Each product has a secret of its own, and so have identity tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Product {
    TicketCenter,
    Portal,
    IdentityTokens,
}

impl Product {
    pub(super) const ALL: [Self; 3] = [Self::TicketCenter, Self::Portal, Self::IdentityTokens];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TicketCenter => "the Ticket Center",
            Self::Portal => "the portal",
            Self::IdentityTokens => "the identity token",
        }
    }

    /// Tells whether an application without this secret may lack it by mistake. Tokens take the place of signatures.
    const fn is_usual(self) -> bool {
        !matches!(self, Self::IdentityTokens)
    }
}

/// The names of the variables that hold the secrets. Of several for one secret, the first that is set counts.
pub(super) struct VariableNames {
    pub(super) ticket_center: Vec<String>,
    pub(super) portal: Vec<String>,
    pub(super) identity: Vec<String>,
}

impl VariableNames {
    pub(super) fn of(&self, product: Product) -> &[String] {
        match product {
            Product::TicketCenter => &self.ticket_center,
            Product::Portal => &self.portal,
            Product::IdentityTokens => &self.identity,
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        Product::ALL.into_iter().flat_map(|product| self.of(product)).map(String::as_str)
    }

    /// Returns the name under which to set a secret.
    fn usual(&self, product: Product) -> &'static str {
        self.of(product).first().map_or(UNNAMED, |name| shown_name(name))
    }

    /// Tells whether a variable's name contains the name of a secret's variable.
    fn are_in(&self, name: &str) -> bool {
        self.all().any(|secret| name.contains(secret))
    }
}

/// A valid secret, and the product that it belongs to.
pub(super) struct KnownSecret {
    pub(super) product: Product,
    pub(super) variable: Variable,
}

/// A project's variables, as its framework would read them.
pub(super) struct Settings<'all> {
    project: &'all Project,
    names: &'all VariableNames,
    environment: &'all [Variable],
    /// Each existing `.env` file, and its variables.
    files: Vec<(String, Vec<Variable>)>,
}

impl<'all> Settings<'all> {
    /// Reads the project's `.env` files.
    pub(super) fn read(
        root: &Root,
        project: &'all Project,
        names: &'all VariableNames,
        environment: &'all [Variable],
    ) -> Self {
        let mut file_names: Vec<String> = fs::read_dir(&project.folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| is_environment_file(name))
            .take(MAX_FILES)
            .collect();
        file_names.sort();
        let files = file_names
            .into_iter()
            .filter_map(|name| {
                let text = root.text(&project.folder.join(&name))?;
                let variables = variables::parse(&escaped(&name), &text);
                Some((name, variables))
            })
            .collect();
        Self { project, names, environment, files }
    }

    /// Tells whether a file sets one of the secrets.
    pub(super) fn has_secret(&self, file: &str) -> bool {
        let variables = self.files.iter().filter(|(name, _)| name == file).flat_map(|(_, all)| all);
        variables
            .into_iter()
            .any(|variable| self.product_of(&variable.name).is_some() && !variable.value.is_empty())
    }

    /// Returns the files that are not templates.
    pub(super) fn files_to_keep_private(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(name, _)| name.as_str()).filter(|name| !is_template(name))
    }

    /// Returns every valid value of the secrets, from the environment and all files.
    pub(super) fn usable(&self) -> Vec<KnownSecret> {
        self.without_templates()
            .filter_map(|variable| {
                let product = self.product_of(&variable.name)?;
                let is_usable = signatures::signer_for(product, variable).is_ok();
                is_usable.then(|| KnownSecret { product, variable: variable.clone() })
            })
            .collect()
    }

    /// Returns the first value of a variable that is not a secret.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.without_templates()
            .find(|variable| variable.name == name)
            .map(|found| found.value.as_str())
    }

    /// Reports secrets in the public variables of the project's files, up to a limit.
    pub(super) fn check_public(&self, usable: &[KnownSecret], findings: &mut Vec<Finding>) {
        let all = self.files.iter().flat_map(|(_, variables)| variables);
        let mut found = all.filter_map(|variable| public_finding(variable, self.names, usable));
        for finding in found.by_ref().take(MAX_PUBLIC) {
            self.report(findings, finding);
        }
        if found.next().is_some() {
            let message = "There are more public variables with a secret here.";
            let fix = "Fix those above, then run the doctor again.";
            self.report(findings, Finding::problem("secret_in_public_variable", message, fix));
        }
    }

    /// Checks the secrets.
    pub(super) fn check(&self, has_credentials: bool, findings: &mut Vec<Finding>) {
        for files in self.modes() {
            let secrets = Product::ALL.map(|product| {
                let set = self.variables_in_use(product, &files);
                self.report_conflict(&set, findings);
                (product, set.into_iter().next())
            });
            for (product, variable) in &secrets {
                if let Some(variable) = variable {
                    self.report(findings, self.secret_finding(*product, variable));
                }
            }
            self.report_shared(&secrets, findings);
            self.report_missing(&secrets, has_credentials, findings);
            self.report_development_only(&secrets, findings);
        }
        self.report_unread_files(findings);
    }

    /// Returns the variables of the environment, and of every file that is not a template.
    fn without_templates(&self) -> impl Iterator<Item = &Variable> {
        let files = self.files.iter().filter(|(name, _)| !is_template(name));
        self.environment.iter().chain(files.flat_map(|(_, variables)| variables))
    }

    /// Reports a secret in a file that only the development server reads.
    fn report_development_only(
        &self,
        secrets: &[(Product, Option<Variable>)],
        findings: &mut Vec<Finding>,
    ) {
        let Some(framework) = self.project.server() else { return };
        let Some(command) = framework.files_are_for else { return };
        for Variable { name, location, .. } in
            secrets.iter().filter_map(|(_, found)| found.as_ref())
        {
            if *location == Location::Environment {
                continue;
            }
            let name = shown_name(name);
            let message = format!("{name} is set in {location}, which only `{command}` reads.");
            let fix =
                format!("For the deployed application, set it in {}.", framework.secret_belongs);
            self.report(findings, Finding::note("env_file_for_development", message, fix));
        }
    }

    /// Returns the files that the framework reads in each of its modes; an earlier file wins.
    fn modes(&self) -> Vec<Vec<&str>> {
        let Some(framework) = self.project.server() else { return vec![Vec::new()] };
        if !self.reads_files() {
            return vec![Vec::new()];
        }
        framework.environment_files.iter().map(|files| files.to_vec()).collect()
    }

    fn reads_files(&self) -> bool {
        self.project.server().is_some_and(|framework| {
            framework.environment_loaders.is_none_or(|loaders| self.project.has_loader(loaders))
        })
    }

    /// Returns the variables that the application would use, the first one before the others.
    fn variables_in_use(&self, product: Product, files: &[&str]) -> Vec<Variable> {
        self.names.of(product).iter().filter_map(|name| self.variable_in_use(name, files)).collect()
    }

    /// Returns the variable that the application would use: the environment's, or else a file's.
    fn variable_in_use(&self, name: &str, files: &[&str]) -> Option<Variable> {
        Variable::from_environment(name).or_else(|| {
            let find_file = |file: &&str| self.files.iter().find(|(name, _)| name == file);
            let mut variables = files.iter().filter_map(find_file).filter_map(|(_, variables)| {
                // If a file sets a name twice, the last value counts.
                variables.iter().rev().find(|variable| variable.name == name)
            });
            variables.next().cloned()
        })
    }

    /// Reports two variables of one secret that are set to different values: the application rejects both.
    fn report_conflict(&self, set: &[Variable], findings: &mut Vec<Finding>) {
        let values: Vec<_> = set
            .iter()
            .map(|variable| (variable.name.as_str(), Some(variable.value.as_str())))
            .collect();
        let Err(error) = Secret::from_first_named(&values) else { return };
        if error.code() == ErrorCode::SecretConflict {
            let places: Vec<_> = set.iter().map(|variable| variable.location.to_string()).collect();
            let message = format!("{} They are set in {}.", error.message(), places.join(" and "));
            let fix = "Copy the Ticket Center's secret from the help desk into the first variable, and \
                       remove the other one.";
            self.report(findings, Finding::problem(error.code().as_str(), message, fix));
        }
    }

    fn secret_finding(&self, purpose: Product, variable: &Variable) -> Finding {
        let (name, location) = (shown_name(&variable.name), &variable.location);
        let product = purpose.name();
        if is_example(variable) {
            let message =
                format!("{name} in {location} is the example secret from the documentation.");
            let fix = format!("Replace it with the secret that the help desk shows for {product}.");
            return Finding::problem("secret_example", message, fix);
        }
        match signatures::signer_for(purpose, variable) {
            Ok(_) => Finding::ok("secret_set", format!("{name} is set in {location}.")),
            Err(error) => {
                let message = format!("{} It is set in {location}.", error.message());
                let fix = if error.code() == ErrorCode::SecretPublic {
                    let setting = self.variable_setting();
                    format!(
                        "Rename the variable, set the new name in {setting}, and replace the secret."
                    )
                } else {
                    let place = self.where_secrets_belong();
                    format!("Copy {product}'s secret from the help desk again, into {place}.")
                };
                Finding::problem(error.code().as_str(), message, fix)
            }
        }
    }

    fn report_shared(&self, secrets: &[(Product, Option<Variable>)], findings: &mut Vec<Finding>) {
        let set: Vec<_> = secrets
            .iter()
            .filter_map(|(product, variable)| Some((product.name(), &*variable.as_ref()?.value)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        for (index, (product, value)) in set.iter().enumerate() {
            for (other, _) in set[index + 1..].iter().filter(|(_, others)| others == value) {
                let message = format!("{} and {other} have the same secret.", capitalized(product));
                let fix = "Copy the secret of each from the help desk. With secrets of their own, a leak of \
                           one does not expose the other.";
                self.report(findings, Finding::problem("secret_shared", message, fix));
            }
        }
    }

    fn report_missing(
        &self,
        secrets: &[(Product, Option<Variable>)],
        has_credentials: bool,
        findings: &mut Vec<Finding>,
    ) {
        let are_all_missing = secrets.iter().all(|(_, variable)| variable.is_none());
        let missing: Vec<Product> = secrets
            .iter()
            .filter(|(product, variable)| variable.is_none() && product.is_usual())
            .map(|(product, _)| *product)
            .collect();
        for product in &missing {
            let names: Vec<_> =
                self.names.of(*product).iter().map(|name| shown_name(name)).collect();
            let (names, verb) = (names.join(" and "), if names.len() > 1 { "are" } else { "is" });
            let message =
                format!("{names} {verb} not set in the environment or in a file that was read.");
            let place = self.where_secrets_belong();
            let fix = format!("Set {}'s secret in {place}.", product.name());
            let finding = if has_credentials {
                let fix = "Check that it is in the encrypted credentials: run `bin/rails credentials:show`.";
                Finding::note("secret_elsewhere", message, fix)
            } else if are_all_missing {
                let fix = format!("{fix} Also run the doctor where the application runs.");
                Finding::problem("secret_missing", message, fix)
            } else {
                let product = product.name();
                let fix = format!("If the application uses {product}, set its secret in {place}.");
                Finding::note("secret_missing", message, fix)
            };
            self.report(findings, finding);
        }
    }

    /// Reports files with a secret that the framework does not read.
    fn report_unread_files(&self, findings: &mut Vec<Finding>) {
        let Some(framework) = self.project.server() else { return };
        let Some(loaders) = framework.environment_loaders else { return };
        if self.reads_files() {
            return;
        }
        let files = self.files.iter().filter(|(name, _)| !is_template(name));
        for variable in files.flat_map(|(_, variables)| variables) {
            let is_set = Variable::from_environment(&variable.name).is_some();
            if self.product_of(&variable.name).is_none() || is_set {
                continue;
            }
            let (name, location) = (shown_name(&variable.name), &variable.location);
            let message = format!(
                "{name} is set in {location}, which {} does not read by itself.",
                framework.name
            );
            let fix = format!(
                "Load the file when the server starts (with {}), or set the secret in {}.",
                loaders.join(" or "),
                framework.secret_belongs
            );
            self.report(findings, Finding::warning("env_file_not_read", message, fix));
        }
    }

    fn product_of(&self, name: &str) -> Option<Product> {
        Product::ALL
            .into_iter()
            .find(|product| self.names.of(*product).iter().any(|one| one == name))
    }

    fn where_secrets_belong(&self) -> &'static str {
        self.project
            .server()
            .map_or("the environment of the server process", |framework| framework.secret_belongs)
    }

    fn variable_setting(&self) -> &'static str {
        self.project
            .framework()
            .map_or("the call that makes the signer", |framework| framework.variable_setting)
    }

    /// Adds a finding, unless another mode of the framework has already added the same one.
    fn report(&self, findings: &mut Vec<Finding>, finding: Finding) {
        let finding = finding.in_project(&self.project.shown, self.project.section());
        // The findings of one project follow each other.
        let same_project =
            findings.iter().rev().take_while(|before| before.folder == finding.folder);
        if same_project.into_iter().all(|before| *before != finding) {
            findings.push(finding);
        }
    }
}

impl KnownSecret {
    /// Returns a signer with this secret.
    pub(super) fn signer(&self) -> Option<Signer> {
        self.variable.secret().ok().map(Signer::new)
    }

    /// Returns the secret's label: the name of its variable, and the file that sets it.
    pub(super) fn label(&self) -> String {
        match &self.variable.location {
            Location::Environment => shown_name(&self.variable.name).to_owned(),
            location @ Location::File { .. } => {
                format!("{} ({location})", shown_name(&self.variable.name))
            }
        }
    }
}

/// Reports a public variable that contains a secret, judged by its name and its value.
pub(super) fn public_finding(
    variable: &Variable,
    names: &VariableNames,
    usable: &[KnownSecret],
) -> Option<Finding> {
    let Variable { name, value, location } = variable;
    let prefix = Secret::PUBLIC_PREFIXES.into_iter().find(|prefix| name.starts_with(prefix))?;
    let holds = |known: &KnownSecret| value.contains(known.variable.value.as_str());
    let what = if variables::is_of_usual_name(name) {
        name.as_str()
    } else if names.are_in(name) || usable.iter().any(holds) {
        "a variable with a secret or a secret's name"
    } else {
        return None;
    };
    let message = format!(
        "Found {what} in {location}. Variables that start with {prefix} are sent to browsers."
    );
    let fix = format!(
        "Delete that variable, keep the secret in {}, {} or {} on the server only, and build again. Replace \
         the secret if a bundle was ever built with it.",
        names.usual(Product::TicketCenter),
        names.usual(Product::Portal),
        names.usual(Product::IdentityTokens)
    );
    Some(Finding::problem("secret_in_public_variable", message, fix))
}

fn capitalized(text: &str) -> String {
    let (first, rest) = text.split_at(1);
    first.to_uppercase() + rest
}

/// Tells whether this is the name of a `.env` file. Those for tests only hold secrets for tests.
pub(super) fn is_environment_file(name: &str) -> bool {
    let is_one = [".env", ".flaskenv", ".dev.vars"].contains(&name)
        || [".env.", ".dev.vars."].iter().any(|start| name.starts_with(start));
    is_one && !name.starts_with(".env.test")
}

/// Tells whether a `.env` file is a template without values, which is meant to be committed.
pub(super) fn is_template(name: &str) -> bool {
    ["example", "sample", "template", "dist"].iter().any(|word| name.ends_with(word))
}

fn is_example(variable: &Variable) -> bool {
    Secret::EXAMPLES.contains(&variable.value.trim())
}
