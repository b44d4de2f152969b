//! Runs `deskseal doctor`: checks a project's package, secrets, build output, git and clock, and verifies a
//! signature. Each finding says how to fix it.
//!
//! It reads small files and git's index, follows no link out of the folder, starts no program, and uses the
//! network only with `--desk`. No [`finding::Finding`] contains a secret.

mod clock;
mod desk;
mod exposure;
mod files;
mod finding;
mod frameworks;
mod manifests;
mod projects;
mod settings;
mod signatures;
mod variables;

use deskseal::{Parameter, Secret, unix_now};
use serde_json::{Value, json};

use desk::Desk;
use exposure::Search;
use files::Root;
use finding::{Finding, Level, counted};
use frameworks::Framework;
use projects::{Project, Projects};
use settings::{KnownSecret, Product, Settings, VariableNames};
use signatures::GivenSignature;

use crate::arguments::DoctorArguments;
use crate::escape::escaped;
use crate::output::{self, Failure, Report};
use crate::secrets::text;

/// Checks the projects in the folder.
///
/// # Errors
/// When the folder cannot be read, or the arguments are wrong.
pub(crate) fn run(
    arguments: &DoctorArguments,
    is_token: fn(&str) -> bool,
) -> Result<Report, Failure> {
    let root = Root::new(&arguments.folder).map_err(|error| {
        Failure::io(format_args!("cannot read the folder {}", escaped(&arguments.folder)), &error)
    })?;
    let request = Request::read(arguments)?;
    let projects = Projects::find(&root);
    let findings = Examination::new(&root, &projects, &request).findings(is_token);
    Ok(report(&projects, &findings))
}

/// The arguments, as text.
struct Request<'text> {
    names: VariableNames,
    desk: Option<Desk>,
    helpdesk_id: Option<&'text str>,
    email: Option<&'text str>,
    signature: Option<&'text str>,
}

impl<'text> Request<'text> {
    fn read(arguments: &'text DoctorArguments) -> Result<Self, Failure> {
        let DoctorArguments { desk, helpdesk_id, email, signature, .. } = arguments;
        let optional = |parameter, argument: &'text Option<std::ffi::OsString>| {
            argument.as_ref().map(|argument| text(parameter, argument)).transpose()
        };
        let names =
            |option, argument: &'text Option<std::ffi::OsString>, usual: &[&str]| match optional(
                Parameter::Secret,
                argument,
            )? {
                Some("") => Err(Failure::Usage(format!("{option} needs the name of a variable"))),
                Some(name) => Ok(vec![name.to_owned()]),
                None => Ok(usual.iter().map(|name| (*name).to_owned()).collect()),
            };
        if email.is_some() && signature.is_none() && desk.is_none() {
            return Err(Failure::Usage(
                "--email needs --signature to verify it, or --desk to sign the e-mail here and send it to \
                 the desk"
                    .to_owned(),
            ));
        }
        Ok(Self {
            names: VariableNames {
                ticket_center: names(
                    "--ticket-center-env",
                    &arguments.ticket_center_env,
                    &Secret::TICKET_CENTER_VARIABLES,
                )?,
                portal: names("--portal-env", &arguments.portal_env, &Secret::PORTAL_VARIABLES)?,
                identity: names(
                    "--identity-env",
                    &arguments.identity_env,
                    &Secret::IDENTITY_VARIABLES,
                )?,
            },
            desk: optional(Parameter::PortalUrl, desk)?.map(Desk::new).transpose()?,
            helpdesk_id: optional(Parameter::HelpdeskId, helpdesk_id)?,
            email: optional(Parameter::Email, email)?,
            signature: optional(Parameter::Signature, signature)?,
        })
    }
}

/// One run of the doctor, and what it has read.
struct Examination<'all> {
    root: &'all Root,
    projects: &'all Projects,
    request: &'all Request<'all>,
    environment: Vec<variables::Variable>,
}

impl<'all> Examination<'all> {
    fn new(root: &'all Root, projects: &'all Projects, request: &'all Request<'all>) -> Self {
        Self { root, projects, request, environment: variables::environment() }
    }

    fn findings(&self, is_token: fn(&str) -> bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        let all: Vec<(&Project, Settings<'_>)> =
            self.projects.all.iter().map(|project| (project, self.settings(project))).collect();
        let known = without_duplicates(all.iter().flat_map(|(_, settings)| settings.usable()));
        let search = Search::new(self.root, &known, &self.request.names, is_token);
        for (project, settings) in &all {
            self.check_project(project, &mut findings);
            if self.should_sign(project) {
                settings.check(self.has_credentials(project), &mut findings);
            }
            settings.check_public(&known, &mut findings);
            search.check_ignored(project, settings, &mut findings);
            search.check_built(project, &mut findings);
        }
        let public = |variable| settings::public_finding(variable, &self.request.names, &known);
        findings.extend(self.environment.iter().filter_map(public));
        self.check_all(&mut findings);
        search.check_tracked(&mut findings);
        findings.push(signatures::check_example());
        findings.extend(known.iter().map(signatures::check_round_trip));
        let helpdesk_id =
            all.iter().find_map(|(_, settings)| settings.value("HELPDESKY_HELPDESK_ID"));
        self.check_signature(&known, helpdesk_id, &mut findings);
        findings
    }

    fn settings(&self, project: &'all Project) -> Settings<'_> {
        Settings::read(self.root, project, &self.request.names, &self.environment)
    }

    /// Tells whether the project should sign. In a repository with several projects, only those that declare
    /// the package should.
    fn should_sign(&self, project: &Project) -> bool {
        let is_chosen = project.package().is_some() || !self.projects.any_uses_deskseal();
        project.can_sign() && (is_chosen || project.manifests.dependencies.is_empty())
    }

    /// Tells whether the project may keep its secrets in Rails' encrypted credentials, which the doctor
    /// cannot read.
    fn has_credentials(&self, project: &Project) -> bool {
        let is_rails = project.server().is_some_and(|framework| framework.name == "Rails");
        let files = ["config/credentials.yml.enc", "config/credentials/production.yml.enc"];
        is_rails && files.iter().any(|file| self.root.has(&project.folder.join(file)))
    }

    /// Checks the project's manifests, its package and its configuration.
    fn check_project(&self, project: &Project, findings: &mut Vec<Finding>) {
        let mut report =
            |finding: Finding| findings.push(finding.in_project(&project.shown, project.section()));
        for file in &project.manifests.unreadable {
            let message = format!(
                "{file} cannot be read: its syntax is invalid, or it is larger than 1 MiB."
            );
            report(Finding::warning("manifest_unreadable", message, "Correct the file."));
        }
        report(self.package_finding(project));
        if let Some(finding) = self.static_finding(project) {
            report(finding);
        }
        if self.root.has(&project.folder.join("bootstrap/cache/config.php")) {
            let message = "Laravel's configuration is cached, so Laravel does not read `.env`.";
            let fix = "After each change of `.env`, run `php artisan config:cache` again on the server that \
                       has the secrets.";
            report(Finding::note("config_cached", message, fix));
        }
    }

    fn package_finding(&self, project: &Project) -> Finding {
        let Some(framework) = project.framework() else {
            let message =
                "The package is declared, but no framework with an integration was found.";
            let fix = "Use the package's `Signer` directly, as its README shows.";
            return Finding::note("framework_unknown", message, fix);
        };
        match project.package() {
            Some(package) if package.is_for_development => {
                let message =
                    format!("{} is declared for development only.", escaped(&package.name));
                let fix = format!("Move it to the production dependencies in {}.", package.file);
                Finding::warning("package_for_development", message, fix)
            }
            Some(package) => {
                let version = package.version.as_deref().unwrap_or("(version not shown)");
                let name = escaped(&package.name);
                let message = format!("{name} {version} is declared in {}.", package.file);
                Finding::ok("package_declared", message)
            }
            None => self.package_missing(project, framework),
        }
    }

    fn package_missing(&self, project: &Project, framework: &Framework) -> Finding {
        let message = format!(
            "{} is used, but the package {} is not declared.",
            framework.name, framework.package
        );
        let install = framework.install;
        let is_undeclared = project.manifests.dependencies.is_empty();
        if self.projects.any_uses_deskseal() || !framework.is_server || is_undeclared {
            let fix = format!("If this project should show the help desk, run `{install}`.");
            return Finding::note("package_missing", message, fix);
        }
        Finding::problem("package_missing", message, format!("Run `{install}`."))
    }

    /// Reports a static site: its pages are the same for all customers, so nothing can be signed.
    fn static_finding(&self, project: &Project) -> Option<Finding> {
        let framework = project.server().filter(|_| self.should_sign(project))?;
        let names: &[&str] = match framework.name {
            "Next.js" => &["next.config.js", "next.config.mjs", "next.config.ts"],
            "Astro" => &["astro.config.js", "astro.config.mjs", "astro.config.ts"],
            _ => return None,
        };
        let texts = names.iter().filter_map(|name| self.root.text(&project.folder.join(name)));
        let text = texts.into_iter().next()?;
        let words: String = text.split_whitespace().collect::<String>().replace('"', "'");
        let (is_static, fix) = if framework.name == "Astro" {
            let fix = "Set `adapter: node({ mode: 'standalone' })` of @astrojs/node in the configuration.";
            (!words.contains("adapter"), fix)
        } else {
            let fix = "Remove `output: 'export'` from the configuration, and run `next start`.";
            (words.contains("output:'export'"), fix)
        };
        let message =
            "The site is static: every visitor gets the same pages, so customers cannot sign in.";
        is_static.then(|| Finding::problem("static_site", message, fix))
    }

    /// Reports what concerns all projects together.
    fn check_all(&self, findings: &mut Vec<Finding>) {
        if self.projects.all.is_empty() {
            let message =
                "No framework was found: no manifest here declares one that the doctor knows.";
            let fix = "Pass the folder that contains requirements.txt, pyproject.toml, package.json, Gemfile, \
                       composer.json or go.mod.";
            findings.push(Finding::problem("framework_missing", message, fix));
        } else if !self.projects.any_can_sign() {
            let message = "There are components for browsers, but no server that could sign.";
            let fix = "Sign in the backend, with the package for its language. The component fetches \
                       `/deskseal/identity` from it. Never sign in the browser.";
            findings.push(Finding::problem("server_missing", message, fix));
        }
        if self.projects.is_incomplete {
            let message =
                "There are more than 5000 folders here; some were not searched for projects.";
            let fix = "Pass the project's own folder to the doctor.";
            findings.push(Finding::note("folders_cut", message, fix));
        }
    }

    /// Checks the clock, and the given signature or one that is made here for the desk.
    fn check_signature(
        &self,
        known: &[KnownSecret],
        helpdesk_id: Option<&str>,
        findings: &mut Vec<Finding>,
    ) {
        let Request { email, signature, desk, .. } = self.request;
        let given =
            email.zip(*signature).map(|(email, signature)| GivenSignature { email, signature });
        findings.extend(given.iter().flat_map(|given| signatures::check_given(given, known)));
        let Some(desk) = desk else {
            findings.push(clock::compare_with_files(unix_now(), self.root, &self.projects.all));
            return;
        };
        let helpdesk_id = self.request.helpdesk_id.or(helpdesk_id);
        if given.is_some() {
            findings.extend(desk.check(helpdesk_id, given.as_ref()));
            return;
        }
        let signed = email.map(|email| signed(email, known));
        match signed {
            Some(Err(finding)) => findings.push(finding),
            Some(Ok((email, signature))) => {
                let given = GivenSignature { email: &email, signature: &signature };
                findings.extend(desk.check(helpdesk_id, Some(&given)));
            }
            None => findings.extend(desk.check(helpdesk_id, None)),
        }
    }
}

/// Signs the e-mail with the project's secret.
fn signed(email: &str, known: &[KnownSecret]) -> Result<(String, String), Finding> {
    let is_ticket_centers = |known: &&KnownSecret| known.product == Product::TicketCenter;
    let signer =
        known.iter().find(is_ticket_centers).and_then(KnownSecret::signer).ok_or_else(|| {
            let message =
                "There is no valid secret of the Ticket Center, so the e-mail cannot be signed.";
            let fix = "Set the secret as described above, then run the doctor again.";
            Finding::problem("signature_unverified", message, fix)
        })?;
    let identity = signer.sign_email(email).map_err(|error| {
        let fix = "Pass the address in --email as your database stores it, or another one.";
        Finding::problem(error.code().as_str(), error.message(), fix)
    })?;
    Ok((identity.email.as_str().to_owned(), identity.signature.to_hex()))
}

/// How many secrets are searched for; a project has two.
const MAX_SECRETS: usize = 20;

/// Returns each secret once, with the first place where it is set.
fn without_duplicates(all: impl Iterator<Item = KnownSecret>) -> Vec<KnownSecret> {
    let mut known: Vec<KnownSecret> = Vec::new();
    for new in all {
        let is_same = |old: &KnownSecret| {
            old.product == new.product && old.variable.value == new.variable.value
        };
        if known.len() < MAX_SECRETS && !known.iter().any(is_same) {
            known.push(new);
        }
    }
    known
}

fn report(projects: &Projects, findings: &[Finding]) -> Report {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let (problems, warnings) = (count(Level::Problem), count(Level::Warning));
    let mut blocks: Vec<String> =
        projects.all.iter().map(|project| project_block(project, findings)).collect();
    let general = findings.iter().filter(|finding| finding.folder.is_none());
    let lines: Vec<String> = general.map(Finding::lines).collect();
    blocks.push(format!("all projects\n{}", lines.join("\n")));
    blocks.push(format!("{} and {}", counted(problems, "problem"), counted(warnings, "warning")));
    let exit_code = if problems == 0 { 0 } else { output::FAILED_CHECK };
    Report::new(blocks.join("\n\n"), report_json(projects, findings, problems, warnings))
        .with_exit_code(exit_code)
}

fn project_block(project: &Project, findings: &[Finding]) -> String {
    let names = project.names();
    let names = if names.is_empty() { "no framework".to_owned() } else { names.join(" and ") };
    let is_here = |finding: &&Finding| finding.folder.as_ref() == Some(&project.shown);
    let lines: Vec<String> = findings.iter().filter(is_here).map(Finding::lines).collect();
    format!("{}: {names}\n{}", project.shown, lines.join("\n"))
}

fn report_json(
    projects: &Projects,
    findings: &[Finding],
    problems: usize,
    warnings: usize,
) -> Value {
    let of_project = |project: &Project| {
        let package = project.package().map(|package| {
            json!({ "name": package.name, "version": package.version, "file": package.file })
        });
        json!({ "folder": project.shown, "frameworks": project.names(), "package": package })
    };
    let all: Vec<Value> = projects.all.iter().map(of_project).collect();
    let findings: Vec<Value> = findings.iter().map(Finding::json).collect();
    json!({ "projects": all, "findings": findings, "problems": problems, "warnings": warnings })
}
