//! `cargo xtask demo --framework`: an example beside the desk.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::Arguments;
use crate::desk::{self, Desk, Facts};
use crate::examples::{self, Example, Framework, Mode, Shop};
use crate::files;
use crate::http;
use crate::suite;
use crate::workspace::Workspace;

/// Installs the example, and shows it until the user stops it.
pub(super) fn run(
    workspace: &Workspace,
    framework: Framework,
    arguments: &Arguments,
) -> Result<()> {
    suite::header("Building the server and its demo, which takes minutes the first time");
    let program = super::built(workspace)?;
    suite::header(&format!("Installing the example for {}", framework.title()));
    let example = Example::installed(workspace, framework)?;
    if arguments.check {
        return check(workspace, &program, &example);
    }
    let (desk, shop) = open(workspace, &program, &example, &std::env::temp_dir())?;
    println!("{}", guide(&desk.facts, &shop));
    // Without a terminal, no person is there to see it.
    let is_opened = !arguments.no_open && io::stdout().is_terminal();
    if is_opened && open::that_detached(&shop.url).is_err() {
        println!("No browser could be opened; open the first address yourself.");
    }
    desk.wait()
}

/// Opens the example beside a desk, fetches every URL of the guide, ends both as Ctrl-C does, and checks
/// that the desk leaves nothing.
pub(crate) fn check(workspace: &Workspace, program: &Path, example: &Example<'_>) -> Result<()> {
    let folder = files::emptied(&program.with_file_name("demo-check"))?;
    let (desk, shop) = open(workspace, program, example, &folder)?;
    for url in super::urls_in(&guide(&desk.facts, &shop))? {
        let status = http::status(&url).with_context(|| format!("cannot fetch {url}"))?;
        println!("   {status} {url}");
        ensure!(matches!(status, 200 | 302 | 303 | 307), "{url} answers {status}");
    }
    desk.end()?;
    ensure!(files::entries(&folder)?.is_empty(), "the desk leaves files in {}", folder.display());
    println!("   ended by Ctrl-C, and the desk's folder is gone");
    Ok(())
}

/// Starts a desk, whose mails lead to the example, and the example, which signs for the desk.
fn open(
    workspace: &Workspace,
    program: &Path,
    example: &Example<'_>,
    folder: &Path,
) -> Result<(Desk, Shop)> {
    let port = examples::free_port()?;
    let page = examples::url(port);
    let desk = Desk::start(desk::command(program, folder).args(["--support-page", &page]))?;
    suite::header(&format!("Building the example for {}", example.framework.title()));
    example.build(&desk.facts)?;
    let log = examples::output(workspace, &format!("{}.log", example.framework.name()));
    let mut shop = example.start(&desk.facts, Mode::Production, port, &log)?;
    shop.wait()?;
    Ok((desk, shop))
}

/// Returns where everything is, and who one may be.
fn guide(facts: &Facts, shop: &Shop) -> String {
    let Facts { dashboard_url, portal_url, mails_url, agent, owner, .. } = facts;
    [
        format!("\nThe example for {} runs beside a desk:\n", shop.framework.title()),
        format!(
            "  {}   the shop; its support page has the Ticket Center, its Help menu the portal",
            shop.url
        ),
        "    as a customer   ada     example".to_owned(),
        "    as another      grace   example".to_owned(),
        format!("  {dashboard_url}   the dashboard, where Ada's question is answered"),
        format!("    as an agent     {}   {}", agent.email, agent.password),
        format!("    as the owner    {}   {}", owner.email, owner.password),
        format!("  {portal_url}submit-ticket   the ticket portal, as an anonymous visitor"),
        format!("  {mails_url}   the mails that the desk sends"),
        format!("\nWhat the shop logs is in {}.", shop.log.display()),
        "Ctrl-C ends both, and deletes the desk.".to_owned(),
    ]
    .join("\n")
}
