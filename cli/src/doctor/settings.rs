//! Checks a project's variables: that the secrets are set, valid, different, and in no public variable.

use std::fs;

use deskseal::{ErrorCode, Secret, Signer};

use super::files::Root;
use super::finding::Finding;
use super::projects::Project;
use super::variables::{self, Location, Variable, shown_name};
use crate::escape::escaped;

/// How many `.env` files of one folder are read.
const MAX_FILES: usize = 50;

/// How many public variables with a secret are reported for each project.
const MAX_PUBLIC: usize = 20;

/// The two products. Each one has its own secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Product {
    TicketCenter,
    Portal,
}

impl Product {
    pub(super) const ALL: [Self; 2] = [Self::TicketCenter, Self::Portal];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TicketCenter => "the Ticket Center",
            Self::Portal => "the portal",
        }
    }
}

/// The names of the variables that hold the two secrets.
pub(super) struct VariableNames {
    pub(super) ticket_center: String,
    pub(super) portal: String,
}

impl VariableNames {
    pub(super) fn of(&self, product: Product) -> &str {
        match product {
            Product::TicketCenter => &self.ticket_center,
            Product::Portal => &self.portal,
        }
    }

    /// Tells whether a variable's name contains the name of a secret's variable.
    fn are_in(&self, name: &str) -> bool {
        [&*self.ticket_center, &*self.portal, "HDH_HMAC_SECRET"]
            .iter()
            .any(|secret| name.contains(secret))
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

    /// Tells whether a file sets one of the two secrets.
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

    /// Returns every valid value of the two secrets, from the environment and all files.
    pub(super) fn usable(&self) -> Vec<KnownSecret> {
        self.without_templates()
            .filter_map(|variable| {
                let product = self.product_of(&variable.name)?;
                let is_usable = variable.secret().is_ok();
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

    /// Checks the two secrets.
    pub(super) fn check(&self, has_credentials: bool, findings: &mut Vec<Finding>) {
        for files in self.modes() {
            let secrets =
                Product::ALL.map(|product| (product, self.variable_in_use(product, &files)));
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

    /// Returns the variable that the application would use: the environment's, or else a file's.
    fn variable_in_use(&self, product: Product, files: &[&str]) -> Option<Variable> {
        let name = self.names.of(product);
        Variable::from_environment(name).or_else(|| {
            let find_file = |file: &&str| self.files.iter().find(|(name, _)| name == file);
            let mut variables = files.iter().filter_map(find_file).filter_map(|(_, variables)| {
                // If a file sets a name twice, the last value counts.
                variables.iter().rev().find(|variable| variable.name == name)
            });
            variables.next().cloned()
        })
    }

    fn secret_finding(&self, product: Product, variable: &Variable) -> Finding {
        let (name, location) = (shown_name(&variable.name), &variable.location);
        let product = product.name();
        if is_example(variable) {
            let message =
                format!("{name} in {location} is the example secret from the documentation.");
            let fix = format!("Replace it with the secret that the help desk shows for {product}.");
            return Finding::problem("secret_example", message, fix);
        }
        match variable.secret() {
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
        let [(_, Some(ticket_center)), (_, Some(portal))] = secrets else { return };
        if ticket_center.value != portal.value || ticket_center.value.is_empty() {
            return;
        }
        let message = "The Ticket Center and the portal have the same secret.";
        let fix = "Copy the secret of each product from the help desk. With two secrets, a leak of one does \
                   not expose both products.";
        self.report(findings, Finding::problem("secret_shared", message, fix));
    }

    fn report_missing(
        &self,
        secrets: &[(Product, Option<Variable>)],
        has_credentials: bool,
        findings: &mut Vec<Finding>,
    ) {
        let missing: Vec<Product> = secrets
            .iter()
            .filter(|(_, variable)| variable.is_none())
            .map(|(product, _)| *product)
            .collect();
        for product in &missing {
            let name = shown_name(self.names.of(*product));
            let message =
                format!("{name} is not set in the environment or in a file that was read.");
            let place = self.where_secrets_belong();
            let fix = format!("Set {}'s secret in {place}.", product.name());
            let finding = if has_credentials {
                let fix = "Check that it is in the encrypted credentials: run `bin/rails credentials:show`.";
                Finding::note("secret_elsewhere", message, fix)
            } else if missing.len() == secrets.len() {
                let fix = format!("{fix} Also run the doctor where the application runs.");
                Finding::problem("secret_missing", message, fix)
            } else {
                let product = product.name();
                let fix = format!("If the application uses {product}, set its secret in {place}.");
                Finding::note("secret_missing", message, fix)
            };
            self.report(findings, finding);
        }
        if missing.contains(&Product::TicketCenter) {
            self.report_other_name(findings);
        }
    }

    fn report_other_name(&self, findings: &mut Vec<Finding>) {
        let mut all = self.without_templates();
        let Some(found) = all.find(|variable| variable.name == "HDH_HMAC_SECRET") else { return };
        if self.names.ticket_center == found.name {
            return;
        }
        let message = format!(
            "HDH_HMAC_SECRET is set in {}, but no integration reads this name.",
            found.location
        );
        let setting = self.variable_setting();
        let name = shown_name(&self.names.ticket_center);
        let fix = format!("Rename the variable to {name}, or set its name in {setting}.");
        self.report(findings, Finding::warning("secret_other_name", message, fix));
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
        Product::ALL.into_iter().find(|product| self.names.of(*product) == name)
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
        "Delete that variable, keep the secret in {} or {} on the server only, and build again. Replace the \
         secret if a bundle was ever built with it.",
        shown_name(&names.ticket_center),
        shown_name(&names.portal)
    );
    Some(Finding::problem("secret_in_public_variable", message, fix))
}

/// Tells whether this is the name of a `.env` file. Those for tests only hold secrets for tests.
pub(super) fn is_environment_file(name: &str) -> bool {
    let is_one = name == ".env" || name == ".flaskenv" || name.starts_with(".env.");
    is_one && !name.starts_with(".env.test")
}

/// Tells whether a `.env` file is a template without values, which is meant to be committed.
pub(super) fn is_template(name: &str) -> bool {
    ["example", "sample", "template", "dist"].iter().any(|word| name.ends_with(word))
}

fn is_example(variable: &Variable) -> bool {
    Secret::EXAMPLES.contains(&variable.value.trim())
}
