//! Looks at a project's variables: are the secrets set, sane, apart, and in no public variable.

use std::fs;

use deskseal::{ErrorCode, Secret, Signer};

use super::files::Root;
use super::finding::Finding;
use super::projects::Project;
use super::variables::{self, Place, Variable, shown_name};
use crate::printed::printed;

/// How many files of variables one folder may have.
const MAX_FILES: usize = 50;

/// How many public variables with a secret are named, of each project.
const MAX_PUBLIC: usize = 20;

/// The two products, each with a secret of its own.
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
pub(super) struct Names {
    pub(super) ticket_center: String,
    pub(super) portal: String,
}

impl Names {
    pub(super) fn of(&self, product: Product) -> &str {
        match product {
            Product::TicketCenter => &self.ticket_center,
            Product::Portal => &self.portal,
        }
    }

    /// Tells whether a variable's name contains that of a secret.
    fn are_in(&self, name: &str) -> bool {
        [&*self.ticket_center, &*self.portal, "HDH_HMAC_SECRET"]
            .iter()
            .any(|secret| name.contains(secret))
    }
}

/// A secret that can be used, and what it is for.
pub(super) struct Known {
    pub(super) product: Product,
    pub(super) variable: Variable,
}

/// A project's variables, as its framework would see them.
pub(super) struct Settings<'all> {
    project: &'all Project,
    names: &'all Names,
    environment: &'all [Variable],
    /// Each `.env` file that there is, and its variables.
    files: Vec<(String, Vec<Variable>)>,
}

impl<'all> Settings<'all> {
    /// Reads the project's files.
    pub(super) fn read(
        root: &Root,
        project: &'all Project,
        names: &'all Names,
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
                let variables = variables::parse(&printed(&name), &text);
                Some((name, variables))
            })
            .collect();
        Self { project, names, environment, files }
    }

    /// Tells whether a file has a value for one of the two secrets.
    pub(super) fn has_secret(&self, file: &str) -> bool {
        let variables = self.files.iter().filter(|(name, _)| name == file).flat_map(|(_, all)| all);
        variables
            .into_iter()
            .any(|variable| self.product_of(&variable.name).is_some() && !variable.value.is_empty())
    }

    /// The files that are no templates.
    pub(super) fn files_to_keep_private(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(name, _)| name.as_str()).filter(|name| !is_template(name))
    }

    /// Every value of the two secrets that could be used, wherever it stands.
    pub(super) fn usable(&self) -> Vec<Known> {
        self.real()
            .filter_map(|variable| {
                let product = self.product_of(&variable.name)?;
                let is_usable = variable.secret().is_ok();
                is_usable.then(|| Known { product, variable: variable.clone() })
            })
            .collect()
    }

    /// Returns the first value of a variable that is not a secret.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.real().find(|variable| variable.name == name).map(|found| found.value.as_str())
    }

    /// Looks for secrets in the public variables of the project's files, and names the first ones.
    pub(super) fn check_public(&self, usable: &[Known], findings: &mut Vec<Finding>) {
        let all = self.files.iter().flat_map(|(_, variables)| variables);
        let mut found = all.filter_map(|variable| public_finding(variable, self.names, usable));
        for finding in found.by_ref().take(MAX_PUBLIC) {
            self.report(findings, finding);
        }
        if found.next().is_some() {
            let message = "There are more variables like these here.";
            let fix = "Run this again when those are gone.";
            self.report(findings, Finding::problem("secret_in_public_variable", message, fix));
        }
    }

    /// Looks at the two secrets.
    pub(super) fn check(&self, has_credentials: bool, findings: &mut Vec<Finding>) {
        for files in self.modes() {
            let secrets = Product::ALL.map(|product| (product, self.effective(product, &files)));
            for (product, variable) in &secrets {
                if let Some(variable) = variable {
                    self.report(findings, self.judged(*product, variable));
                }
            }
            self.report_shared(&secrets, findings);
            self.report_missing(&secrets, has_credentials, findings);
            self.report_development_only(&secrets, findings);
        }
        self.report_unread_files(findings);
    }

    /// The variables of the environment and of every file that is no template.
    fn real(&self) -> impl Iterator<Item = &Variable> {
        let files = self.files.iter().filter(|(name, _)| !is_template(name));
        self.environment.iter().chain(files.flat_map(|(_, variables)| variables))
    }

    /// Says of a secret in a file that only developers' servers read it.
    fn report_development_only(
        &self,
        secrets: &[(Product, Option<Variable>)],
        findings: &mut Vec<Finding>,
    ) {
        let Some(framework) = self.project.server() else { return };
        let Some(command) = framework.files_are_for else { return };
        for Variable { name, place, .. } in secrets.iter().filter_map(|(_, found)| found.as_ref()) {
            if *place == Place::Environment {
                continue;
            }
            let name = shown_name(name);
            let message = format!("{name} stands in {place}, which `{command}` alone reads.");
            let fix = format!("Where it is deployed, put it into {}.", framework.secret_belongs);
            self.report(findings, Finding::note("env_file_for_development", message, fix));
        }
    }

    /// For each mode of the framework, the files that it reads, the first before the others.
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

    /// Returns the variable that the application would use: the environment's before any file's.
    fn effective(&self, product: Product, files: &[&str]) -> Option<Variable> {
        let name = self.names.of(product);
        Variable::of_environment(name).or_else(|| {
            let of_file = |file: &&str| self.files.iter().find(|(name, _)| name == file);
            let mut variables = files.iter().filter_map(of_file).filter_map(|(_, variables)| {
                // Where a name stands twice in a file, the last one holds.
                variables.iter().rev().find(|variable| variable.name == name)
            });
            variables.next().cloned()
        })
    }

    fn judged(&self, product: Product, variable: &Variable) -> Finding {
        let (name, place) = (shown_name(&variable.name), &variable.place);
        let of = product.name();
        if is_example(variable) {
            let message = format!("{name} in {place} is the documentation's example.");
            let fix = format!("Put the secret in its place that the help desk shows for {of}.");
            return Finding::problem("secret_example", message, fix);
        }
        match variable.secret() {
            Ok(_) => Finding::fine("secret_set", format!("{name} is set, in {place}.")),
            Err(error) => {
                let message = format!("{} It is in {place}.", error.message());
                let fix = if error.code() == ErrorCode::SecretPublic {
                    let setting = self.variable_setting();
                    format!(
                        "Rename the variable, name the new one in {setting}, and replace the secret."
                    )
                } else {
                    format!("Copy {of}'s secret again from the help desk, into {}.", self.belongs())
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
        let fix =
            "Take each one's own secret from the help desk: whoever learns one must not have both.";
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
            let message = format!("{name} is not set, as far as can be seen from here.");
            let fix = format!("Put {}'s secret into {}.", product.name(), self.belongs());
            let finding = if has_credentials {
                let fix = "Look with `bin/rails credentials:show`, which only you can read.";
                Finding::note("secret_elsewhere", message, fix)
            } else if missing.len() == secrets.len() {
                let fix = format!("{fix} Run this where the application runs, too.");
                Finding::problem("secret_missing", message, fix)
            } else {
                let fix = format!("If the application uses {}: {fix}", product.name());
                Finding::note("secret_missing", message, fix)
            };
            self.report(findings, finding);
        }
        if missing.contains(&Product::TicketCenter) {
            self.report_other_name(findings);
        }
    }

    fn report_other_name(&self, findings: &mut Vec<Finding>) {
        let mut all = self.real();
        let Some(found) = all.find(|variable| variable.name == "HDH_HMAC_SECRET") else { return };
        if self.names.ticket_center == found.name {
            return;
        }
        let message =
            format!("HDH_HMAC_SECRET is set in {}, which no integration reads.", found.place);
        let setting = self.variable_setting();
        let name = shown_name(&self.names.ticket_center);
        let fix = format!("Rename it to {name}, or name it in {setting}.");
        self.report(findings, Finding::warning("secret_other_name", message, fix));
    }

    /// Says of files with a secret that the framework does not read them.
    fn report_unread_files(&self, findings: &mut Vec<Finding>) {
        let Some(framework) = self.project.server() else { return };
        let Some(loaders) = framework.environment_loaders else { return };
        if self.reads_files() {
            return;
        }
        let of_files = self.files.iter().filter(|(name, _)| !is_template(name));
        for variable in of_files.flat_map(|(_, variables)| variables) {
            let is_set = Variable::of_environment(&variable.name).is_some();
            if self.product_of(&variable.name).is_none() || is_set {
                continue;
            }
            let (name, place) = (shown_name(&variable.name), &variable.place);
            let message = format!(
                "{name} stands in {place}, which {} does not read by itself.",
                framework.name
            );
            let fix = format!(
                "Load the file when the server starts (with {}), or put the secret into {}.",
                loaders.join(" or "),
                framework.secret_belongs
            );
            self.report(findings, Finding::warning("env_file_not_read", message, fix));
        }
    }

    fn product_of(&self, name: &str) -> Option<Product> {
        Product::ALL.into_iter().find(|product| self.names.of(*product) == name)
    }

    fn belongs(&self) -> &'static str {
        self.project
            .server()
            .map_or("the environment of the server process", |framework| framework.secret_belongs)
    }

    fn variable_setting(&self) -> &'static str {
        self.project
            .framework()
            .map_or("the call that makes the signer", |framework| framework.variable_setting)
    }

    /// Adds a finding, unless another mode of the framework has had the same.
    fn report(&self, findings: &mut Vec<Finding>, finding: Finding) {
        let finding = finding.in_project(&self.project.shown, self.project.section());
        // Those of one project stand together.
        let of_project = findings.iter().rev().take_while(|before| before.folder == finding.folder);
        if of_project.into_iter().all(|before| *before != finding) {
            findings.push(finding);
        }
    }
}

impl Known {
    /// Returns a signer with this secret.
    pub(super) fn signer(&self) -> Option<Signer> {
        self.variable.secret().ok().map(Signer::new)
    }

    /// What to call it: its variable, and where that stands.
    pub(super) fn label(&self) -> String {
        match &self.variable.place {
            Place::Environment => shown_name(&self.variable.name).to_owned(),
            place @ Place::File { .. } => format!("{} ({place})", shown_name(&self.variable.name)),
        }
    }
}

/// Says of a variable whether it ships a secret to browsers, by its name or by its value.
pub(super) fn public_finding(
    variable: &Variable,
    names: &Names,
    usable: &[Known],
) -> Option<Finding> {
    let Variable { name, value, place } = variable;
    let prefix = Secret::PUBLIC_PREFIXES.into_iter().find(|prefix| name.starts_with(prefix))?;
    let holds = |known: &Known| value.contains(known.variable.value.as_str());
    let what = if variables::is_of_usual_name(name) {
        name.as_str()
    } else if names.are_in(name) || usable.iter().any(holds) {
        "a variable with a secret, or its name"
    } else {
        return None;
    };
    let message =
        format!("In {place} is {what}, and what starts with {prefix} is shipped to browsers.");
    let fix = format!(
        "Delete that variable, keep the secret in {} or {} on the server alone, build again, and replace \
         the secret if a bundle was ever built with it.",
        shown_name(&names.ticket_center),
        shown_name(&names.portal)
    );
    Some(Finding::problem("secret_in_public_variable", message, fix))
}

/// Tells whether it is a file of variables. Those of tests hold secrets of tests.
pub(super) fn is_environment_file(name: &str) -> bool {
    let is_one = name == ".env" || name == ".flaskenv" || name.starts_with(".env.");
    is_one && !name.starts_with(".env.test")
}

/// Tells whether a file of variables is there to be committed, without values.
pub(super) fn is_template(name: &str) -> bool {
    ["example", "sample", "template", "dist"].iter().any(|word| name.ends_with(word))
}

fn is_example(variable: &Variable) -> bool {
    Secret::EXAMPLES.contains(&variable.value.trim())
}
