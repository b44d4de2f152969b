//! Examines a project: with which framework, is Deskseal there, are the secrets set, sane and private,
//! does the clock agree, does a signature verify; and says what to do.
//!
//! It reads small files and what git has, follows no link out of the folder, starts no program, and sends
//! nothing unless a desk's address is given. No [`finding::Finding`] holds a secret.

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

use deskseal::{Parameter, unix_now};
use serde_json::{Value, json};

use desk::Desk;
use exposure::Search;
use files::Root;
use finding::{Finding, Level, counted};
use frameworks::Framework;
use projects::{Project, Projects};
use settings::{Known, Names, Product, Settings};
use signatures::Given;

use crate::arguments::DoctorArguments;
use crate::output::{self, Failure, Report};
use crate::printed::printed;
use crate::secrets::text;

/// Examines the folder.
///
/// # Errors
/// When the folder cannot be read, or the arguments do not fit together.
pub(crate) fn run(
    arguments: &DoctorArguments,
    is_token: fn(&str) -> bool,
) -> Result<Report, Failure> {
    let root = Root::new(&arguments.folder).map_err(|error| {
        Failure::io(format_args!("{} cannot be read", printed(&arguments.folder)), &error)
    })?;
    let request = Request::read(arguments)?;
    let projects = Projects::find(&root);
    let findings = Examination::new(&root, &projects, &request).findings(is_token);
    Ok(report(&projects, &findings))
}

/// What was asked for, as text.
struct Request<'text> {
    names: Names,
    desk: Option<Desk>,
    helpdesk_id: Option<&'text str>,
    email: Option<&'text str>,
    signature: Option<&'text str>,
}

impl<'text> Request<'text> {
    fn read(arguments: &'text DoctorArguments) -> Result<Self, Failure> {
        let DoctorArguments { desk, helpdesk_id, email, signature, .. } = arguments;
        let of = |parameter, argument: &'text Option<std::ffi::OsString>| {
            argument.as_ref().map(|argument| text(parameter, argument)).transpose()
        };
        let name = |argument| match text(Parameter::Secret, argument)? {
            "" => Err(Failure::Usage("a variable's name is not empty".to_owned())),
            name => Ok(name.to_owned()),
        };
        if email.is_some() && signature.is_none() && desk.is_none() {
            return Err(Failure::Usage(
                "--email needs its --signature, or a --desk to ask about one that is made here"
                    .to_owned(),
            ));
        }
        Ok(Self {
            names: Names {
                ticket_center: name(&arguments.ticket_center_env)?,
                portal: name(&arguments.portal_env)?,
            },
            desk: of(Parameter::PortalUrl, desk)?.map(Desk::new).transpose()?,
            helpdesk_id: of(Parameter::HelpdeskId, helpdesk_id)?,
            email: of(Parameter::Email, email)?,
            signature: of(Parameter::Signature, signature)?,
        })
    }
}

/// One examination, and what it has read.
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
        let known = distinct(all.iter().flat_map(|(_, settings)| settings.usable()));
        let search = Search::new(self.root, &known, &self.request.names, is_token);
        for (project, settings) in &all {
            self.check_project(project, &mut findings);
            if self.is_to_sign(project) {
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
        findings.push(signatures::example());
        findings.extend(known.iter().map(signatures::round_trip));
        let helpdesk_id =
            all.iter().find_map(|(_, settings)| settings.value("HELPDESKY_HELPDESK_ID"));
        self.check_signature(&known, helpdesk_id, &mut findings);
        findings
    }

    fn settings(&self, project: &'all Project) -> Settings<'_> {
        Settings::read(self.root, project, &self.request.names, &self.environment)
    }

    /// In a repository of several projects, those that declare the package are the ones that sign.
    fn is_to_sign(&self, project: &Project) -> bool {
        let is_chosen = project.package().is_some() || !self.projects.use_deskseal();
        project.may_sign() && (is_chosen || project.manifests.dependencies.is_empty())
    }

    /// Rails can have them encrypted, where nothing here can read them.
    fn has_credentials(&self, project: &Project) -> bool {
        let is_rails = project.server().is_some_and(|framework| framework.name == "Rails");
        let files = ["config/credentials.yml.enc", "config/credentials/production.yml.enc"];
        is_rails && files.iter().any(|file| self.root.has(&project.folder.join(file)))
    }

    /// Looks at what the project is made with.
    fn check_project(&self, project: &Project, findings: &mut Vec<Finding>) {
        let mut report =
            |finding: Finding| findings.push(finding.in_project(&project.shown, project.section()));
        for file in &project.manifests.unreadable {
            let message =
                format!("{file} cannot be read: it is not what its name says, or too long.");
            report(Finding::warning("manifest_unreadable", message, "Repair the file."));
        }
        report(self.package_finding(project));
        if let Some(finding) = self.static_finding(project) {
            report(finding);
        }
        if self.root.has(&project.folder.join("bootstrap/cache/config.php")) {
            let message = "Laravel's configuration is cached, so `.env` is not read any more.";
            let fix =
                "After a change, run `php artisan config:cache` again, where the secrets are.";
            report(Finding::note("config_cached", message, fix));
        }
    }

    fn package_finding(&self, project: &Project) -> Finding {
        let Some(framework) = project.framework() else {
            let message = "The package is there, and no framework that it has an integration for.";
            let fix = "Use the package's own `Signer`, as its README shows.";
            return Finding::note("framework_unknown", message, fix);
        };
        match project.package() {
            Some(package) if package.is_for_development => {
                let message = format!("{} is there for development only.", printed(&package.name));
                let fix = format!("Move it to the other dependencies in {}.", package.file);
                Finding::warning("package_for_development", message, fix)
            }
            Some(package) => {
                let version =
                    package.version.as_deref().unwrap_or("in a version that is not shown");
                let name = printed(&package.name);
                let message = format!("{name} is in {}: {version}.", package.file);
                Finding::fine("package_declared", message)
            }
            None => self.package_missing(project, framework),
        }
    }

    fn package_missing(&self, project: &Project, framework: &Framework) -> Finding {
        let message =
            format!("{} is here, and {} is not declared.", framework.name, framework.package);
        let fix = format!("{}.", in_code(framework.install));
        let is_undeclared = project.manifests.dependencies.is_empty();
        if self.projects.use_deskseal() || !framework.is_server || is_undeclared {
            let fix = format!("If this part is to show the help desk: {fix}");
            return Finding::note("package_missing", message, fix);
        }
        Finding::problem("package_missing", message, fix)
    }

    /// Nothing can be signed in a page that is built once for everybody.
    fn static_finding(&self, project: &Project) -> Option<Finding> {
        let framework = project.server().filter(|_| self.is_to_sign(project))?;
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
        let message = "The site is built once for everybody, so that nobody can be signed in.";
        is_static.then(|| Finding::problem("static_site", message, fix))
    }

    /// Looks at what is about no project alone.
    fn check_all(&self, findings: &mut Vec<Finding>) {
        if self.projects.all.is_empty() {
            let message = "No framework was found: no manifest here names one that Deskseal knows.";
            let fix = "Pass the folder with requirements.txt, pyproject.toml, package.json, Gemfile or \
                       composer.json.";
            findings.push(Finding::problem("framework_missing", message, fix));
        } else if !self.projects.have_server() {
            let message =
                "There are components for browsers, and no server that could sign for them.";
            let fix = "Sign in the backend with its own package, and let the component fetch \
                       `/deskseal/identity` there. Never sign in the browser.";
            findings.push(Finding::problem("server_missing", message, fix));
        }
        if self.projects.is_cut {
            let message = "There are too many folders here; not all were looked into.";
            let fix = "Pass the project's own folder.";
            findings.push(Finding::note("folders_cut", message, fix));
        }
    }

    /// Looks at the given signature, or one that is made here for the desk to see, and at the clock.
    fn check_signature(
        &self,
        known: &[Known],
        helpdesk_id: Option<&str>,
        findings: &mut Vec<Finding>,
    ) {
        let Request { email, signature, desk, .. } = self.request;
        let given = email.zip(*signature).map(|(email, signature)| Given { email, signature });
        findings.extend(given.iter().flat_map(|given| signatures::given(given, known)));
        let Some(desk) = desk else {
            findings.push(clock::guessed(unix_now(), self.root, &self.projects.all));
            return;
        };
        let helpdesk_id = self.request.helpdesk_id.or(helpdesk_id);
        if given.is_some() {
            findings.extend(desk.ask(helpdesk_id, given.as_ref()));
            return;
        }
        let signed = email.map(|email| signed(email, known));
        match signed {
            Some(Err(finding)) => findings.push(finding),
            Some(Ok((email, signature))) => {
                let given = Given { email: &email, signature: &signature };
                findings.extend(desk.ask(helpdesk_id, Some(&given)));
            }
            None => findings.extend(desk.ask(helpdesk_id, None)),
        }
    }
}

/// Signs the e-mail as the project would.
fn signed(email: &str, known: &[Known]) -> Result<(String, String), Finding> {
    let is_ticket_centers = |known: &&Known| known.product == Product::TicketCenter;
    let signer = known.iter().find(is_ticket_centers).and_then(Known::signer).ok_or_else(|| {
        let message = "There is no usable secret of the Ticket Center to sign the e-mail with.";
        let fix = "Set the secret as said above, and run this again.";
        Finding::problem("signature_unverified", message, fix)
    })?;
    let seal = signer.sign_email(email).map_err(|error| {
        let fix = "Pass the address as your users' table has it, or another one.";
        Finding::problem(error.code().as_str(), error.message(), fix)
    })?;
    Ok((seal.email.as_str().to_owned(), seal.signature.to_hex()))
}

/// How many secrets are searched for; a project has two.
const MAX_SECRETS: usize = 20;

/// Returns each secret once, from the first place where it stands.
fn distinct(all: impl Iterator<Item = Known>) -> Vec<Known> {
    let mut known: Vec<Known> = Vec::new();
    for new in all {
        let is_same =
            |old: &Known| old.product == new.product && old.variable.value == new.variable.value;
        if known.len() < MAX_SECRETS && !known.iter().any(is_same) {
            known.push(new);
        }
    }
    known
}

fn in_code(command: &str) -> String {
    format!("`{command}`")
}

fn report(projects: &Projects, findings: &[Finding]) -> Report {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let (problems, warnings) = (count(Level::Problem), count(Level::Warning));
    let mut blocks: Vec<String> =
        projects.all.iter().map(|project| block(project, findings)).collect();
    let of_all = findings.iter().filter(|finding| finding.folder.is_none());
    let lines: Vec<String> = of_all.map(Finding::lines).collect();
    blocks.push(format!("in general\n{}", lines.join("\n")));
    blocks.push(format!("{} and {}", counted(problems, "problem"), counted(warnings, "warning")));
    let exit_code = if problems == 0 { 0 } else { output::REFUSED };
    Report::new(blocks.join("\n\n"), json_of(projects, findings, problems, warnings))
        .with_exit_code(exit_code)
}

fn block(project: &Project, findings: &[Finding]) -> String {
    let names = project.names();
    let names = if names.is_empty() { "no framework".to_owned() } else { names.join(" and ") };
    let is_here = |finding: &&Finding| finding.folder.as_ref() == Some(&project.shown);
    let lines: Vec<String> = findings.iter().filter(is_here).map(Finding::lines).collect();
    format!("{}: {names}\n{}", project.shown, lines.join("\n"))
}

fn json_of(projects: &Projects, findings: &[Finding], problems: usize, warnings: usize) -> Value {
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
