//! `cargo xtask conform`: every language gives the same answers.
//!
//! An adapter is a child process that reads one JSON request a line and answers one JSON line each.
//! Every case goes to one process per language.

mod adapter;
mod ill_formed;
mod languages;
mod random;
pub(crate) mod wrong;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::api;
use crate::cases::{self, Case};
use crate::suite;
use crate::workspace::Workspace;

use adapter::Verdict;
use ill_formed::Contract;
use languages::{LANGUAGES, Language};

/// How long one adapter may take for everything: far more than any needs, so that it ends at all.
const LIMIT: Duration = Duration::from_secs(900);

/// How many failures are shown in full.
const SHOWN: usize = 20;

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The languages to check, all by default.
    #[arg(value_name = "LANG")]
    languages: Vec<String>,

    /// The seed of the random identities.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,

    /// How many random identities each language gets beside the vectors.
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    random: usize,
}

impl Default for Arguments {
    fn default() -> Self {
        Self { languages: Vec::new(), seed: 1, random: 10_000 }
    }
}

/// Checks the languages, and reports what differs.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let languages = chosen(&arguments.languages)?;
    let vectors: Vec<Case> =
        cases::vector_files(workspace)?.into_iter().flat_map(|file| file.cases).collect();
    let vector_count = vectors.len();
    let contract = Contract::new(api::contract(workspace)?)?;
    let random = random::cases(arguments.seed, arguments.random, &contract)?;
    let cases: Vec<Case> = vectors.into_iter().chain(random).collect();
    println!(
        "{vector_count} vectors and {} random identities with the seed {}",
        arguments.random, arguments.seed
    );
    let mut failed = Vec::new();
    for language in languages {
        let verdict = verdict_on(workspace, language, &cases)
            .with_context(|| format!("cannot check {}", language.name))?;
        print(&verdict);
        println!("{}", suite::closing_line(language.name, verdict.passed, verdict.failures.len()));
        if !verdict.failures.is_empty() {
            failed.push(language.name);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{} does not answer as specified; SPEC.md says what is right", failed.join(", "))
}

fn chosen(names: &[String]) -> Result<Vec<&'static Language>> {
    if names.is_empty() {
        return Ok(LANGUAGES.iter().collect());
    }
    let language = |name: &String| {
        LANGUAGES.iter().find(|language| language.name == name).with_context(|| {
            let known = LANGUAGES.iter().map(|language| language.name).collect::<Vec<_>>();
            format!("there is no language {name}; there are {}", known.join(", "))
        })
    };
    names.iter().map(language).collect()
}

fn verdict_on(workspace: &Workspace, language: &Language, cases: &[Case]) -> Result<Verdict> {
    (language.prepare)(workspace)?;
    let mut command = language.adapter(workspace)?;
    set_environment(&mut command, cases)?;
    adapter::verdict(&mut command, cases, LIMIT)
}

/// Gives the process the variables of all cases, and takes away those that a case wants unset.
fn set_environment(command: &mut Command, cases: &[Case]) -> Result<()> {
    let mut variables = BTreeMap::new();
    for (name, value) in cases.iter().flat_map(|case| &case.environment) {
        let before = variables.insert(name, value);
        if before.is_some_and(|before| before != value) {
            bail!("two cases give {name} two values; one process cannot have both");
        }
    }
    let unset: BTreeSet<&str> = cases.iter().filter_map(Case::variable).collect();
    for name in unset {
        command.env_remove(name);
    }
    command.envs(variables);
    Ok(())
}

fn print(verdict: &Verdict) {
    for failure in verdict.failures.iter().take(SHOWN) {
        println!("{failure}");
    }
    let hidden = verdict.failures.len().saturating_sub(SHOWN);
    if hidden > 0 {
        println!("… and {hidden} more");
    }
}
